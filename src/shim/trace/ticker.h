/*
 * ticker - the one periodic thread, "diag".
 *
 * It exists only while something periodic is armed.  All signals are blocked
 * in it, its descriptor table is its own (sink_adopt_thread), and its jobs run
 * at absolute deadlines.  It counts its own CPU time; a job that would take
 * more than its share of the 1 % budget is run less often.
 *
 * Memory   a small stack (mapped by pthread_create).
 * Threads  jobs run on the ticker alone.
 * Fork     the child has none until ticker_need() says so.
 */
#ifndef DIAG_TRACE_TICKER_H
#define DIAG_TRACE_TICKER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* A job: called at each deadline with the time that was due (clock_ns()
 * scale).  */
typedef void (*ticker_fn)(void *arg, uint64_t due_ns);

/* Registers a job before or after the start; the first run is one period after
 * the process's start, then at multiples of it.  Returns its number, or a
 * negative errno when the table is full. */
int ticker_add(ticker_fn fn, void *arg, uint64_t period_ns);
void ticker_remove(int job);

/* Starts the thread when there are jobs and it is not running; 0 or -errno. */
int ticker_start(void);
/* Stops and joins it (before unshare, setns; before the process ends). */
void ticker_stop(void);
/* Asks the ticker to run @fn once, now, and waits at most @ns for it to be
 * done: true when it was. */
bool ticker_ask(ticker_fn fn, void *arg, uint64_t ns);
/* True on the diag thread. */
bool ticker_is_me(void);
/* In a forked child: starts the thread now if the parent had one and it is not
 * there yet.  Only at places where the host could call pthread_create(). */
void ticker_need(void);
void ticker_before_fork(void);
void ticker_after_fork_parent(void);
void ticker_after_fork_child(void);

/* CPU nanoseconds used by the ticker so far. */
uint64_t ticker_cpu_ns(void);

#endif
