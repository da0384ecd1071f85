/*
 * syncbed - threads that are records and play parts: workers that wait for
 * tasks at a condition, and others.
 *
 * Memory   records of its own, from make_threads() to drop_threads().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef TESTS_UNIT_SYNCBED_H
#define TESTS_UNIT_SYNCBED_H

#include <check.h>
#include <pthread.h>
#include <stdbool.h>

#include "shim/sched/sync.h"
#include "shim/sched/thread.h"

enum { WORKERS = 3 };

/* The workers' start routine; @other has another one. */
void *work(void *arg);
extern struct thread *worker[WORKERS], *main_thread, *other;
extern struct sync_scope scope[WORKERS];
extern pthread_mutex_t mutex;
extern pthread_cond_t cond;

/* Places in a host, and depths of its stack. */
extern char take_site, bring_site;
extern char stack[1000];

void make_threads(void);
void drop_threads(void);

/* Worker @i waits at @depth; for a task. */
void enter(unsigned i, enum wait_kind kind, const void *object,
    const char *depth);
void wait_for_task(unsigned i);
void end_wait(unsigned i);

/* @t locks the mutex. */
void lock(struct thread *t, const char *site);
/* The first thread does, and signals. */
void bring(const char *site, bool signals);

/* The mutex's, which there is. */
struct gate *gate(void);

#endif
