/*
 * poolsbed - threads that play parts, and the pools that are inferred of them.
 */
#ifndef TESTS_UNIT_POOLSBED_H
#define TESTS_UNIT_POOLSBED_H

#include <check.h>
#include <string.h>

#include "common/base/ticks.h"
#include "shim/pools/pools.h"
#include "shim/sched/sync.h"

enum { THREADS = 8, PERIOD = 1000000000, SEEN = 8 };

extern struct task task[THREADS];
extern struct sync_scope scope[THREADS];
/* The frames that a walk finds between the start routine of the thread and its
 * call; none: it cannot be walked. */
enum { LOOP = 0x10000, LOOP_END = 0x20000 };
extern struct place_in {
	uint64_t outer, inner;
	uint64_t sleeper;	/* where in the host it sleeps; 0: at @loop */
} placed[THREADS];
/* The pools that infer() found, and how many; how many threads there are. */
extern struct poolview seen[SEEN];
extern unsigned pools, tasks;
extern char loop, elsewhere;	/* places in the host */
extern char stack[4000];
extern char mutex[THREADS][40], cond[THREADS][48];

void begin(void);
void end(void);
void *work(void *arg);
void *other_work(void *arg);
/* One more thread with that start routine; its number. */
unsigned add(void *(*start)(void *));
/* Thread @i waits at home, at condition @c; does so no more. */
void wait_at(unsigned i, unsigned c);
void work_at(unsigned i);
/* It waits at home, in a call. */
void wait_in_call(unsigned i);
/* It is in the loop at @loop_at, and @inner in what that calls. */
void walk_finds(unsigned i, uint64_t loop_at, uint64_t inner);
void infer(void);

#endif
