/*
 * pool - the thread pools we were told about: by the public API, or by an
 * adapter that stands in front of a known runtime's exported calls.
 *
 * A task is queued, started and done; its stamp carries its times.  A stamp
 * lies in the memory of whoever told us (the API's diag_task is one).  Counts
 * and times are kept in lanes, so that submitters and workers do not share
 * cache lines; the diag thread sums them up once a period.
 *
 * A worker counts as busy from started to done, and on to the next started
 * when that task was waiting already when it was done with the last one.
 *
 * Pools that nobody told us about are found by shim/pools/pools.
 *
 * Memory   mapped, 120 KiB a pool of which few pages are touched; POOLS pools
 *          at most, one more is counted in pool_lost().  192 bytes a worker,
 *          and 5 KiB for the first 16 of a pool that have 20,000 tasks a
 *          second.
 * Threads  any; the diag thread alone calls pool_read().  A signal handler
 *          that interrupts one of these calls may lose a count.
 * Fork     pool_after_fork_child(): the child has no workers but itself, and
 *          nothing in its queues that it will start.
 */
#ifndef DIAG_SCHED_POOL_H
#define DIAG_SCHED_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/histogram.h"
#include "shim/sched/thread.h"

enum { POOLS = 256, POOL_NAME_MAX = 32, POOL_QUEUES = 64 };

struct pool;

/* ticks_now() values; 0: has not happened, or was not seen. */
struct pool_stamp {
	uint64_t queued, started;
	uint32_t queue;		/* which of the pool's queues, from 0 */
	uint32_t reserved;
};

struct pool_traits {
	const char *name;	/* "libuv", "resize"; copied */
	const char *via;	/* "api", "libuv", "glib", "openmp", "apr",
				 * "tbb", "async"; kept, static */
	unsigned queues;	/* 0 or 1: one for all; at most POOL_QUEUES */
	bool timed;		/* tasks carry stamps: wait and run are known */
	bool counts_queue;	/* queued - started is the queue's length */
	bool by_thread;		/* a task is a whole thread, as far as known */
	uint64_t named_after;	/* a function whose name it has instead, when
				 * that is found out; 0: none */
};

/* Writes the name of the function at @address, or leaves what is there; called
 * on the diag thread. */
typedef void (*pool_namer_fn)(char name[POOL_NAME_MAX], uint64_t address);
void pool_set_namer(pool_namer_fn fn);

/* From now on times are taken; called where ARMED_STATE is armed, before it
 * is.  Pools and workers may have been made before; tasks are told about only
 * while pools are armed (pool_is_armed(): the caller's test). */
void pool_arm(void);
SIGNAL_SAFE static ALWAYS_INLINE bool
pool_is_armed(void)
{
	return (atomic_load_explicit(&state_armed_wait,
	    memory_order_relaxed) & ARMED_STATE) != 0;
}

/* Makes a pool; NULL when there are POOLS already.  Every function below does
 * nothing with NULL. */
IN_HOOK struct pool *pool_make(const struct pool_traits *traits);
/* The pool in @slot; made by whoever needs it first. */
IN_HOOK struct pool *pool_once(struct pool *_Atomic *slot,
    const struct pool_traits *traits);
/* The pool is gone; its place is reused when the ticker has read it. */
IN_HOOK void pool_unmake(struct pool *p);
/* Who counts the waiting tasks itself; called on the diag thread. */
void pool_gauge(struct pool *p, int64_t (*waiting)(void *), void *arg);

/* The calling thread is a worker of this pool from now on, or no longer.  A
 * thread that ends is one no longer: from when that is seen, which is at once
 * where its start routine's return is watched. */
IN_HOOK void pool_worker_begin(struct pool *p, unsigned queue);
IN_HOOK void pool_worker_end(struct pool *p);
/* Its start routine has returned: it is no pool's worker any more. */
IN_HOOK void pool_thread_ends(void);

/* All @n stamps get the same time. */
IN_HOOK void pool_queued(struct pool *p, struct pool_stamp *stamps, size_t n);
/* One that could have been started @ns ago, and is started now. */
IN_HOOK void pool_queued_since(struct pool *p, struct pool_stamp *stamp,
    uint64_t ns);
/* Started and done are called by the thread that does the work; it counts as
 * busy in between.  A thread that is no worker yet becomes one. */
IN_HOOK void pool_started(struct pool *p, struct pool_stamp *stamps, size_t n);
IN_HOOK void pool_done(struct pool *p, struct pool_stamp *stamps, size_t n);
/* They left the queue without being started. */
IN_HOOK void pool_dropped(struct pool *p, struct pool_stamp *stamps, size_t n);

/* What is known of a pool now.  Counts are since it was made. */
struct pool_reading {
	char name[POOL_NAME_MAX];
	const char *via;
	unsigned number;	/* unique in the process, from 1 */
	unsigned queues;
	bool timed, counts_queue, by_thread;
	bool ended;		/* unmade: this is the last reading */
	unsigned workers, busy;
	uint64_t queued, started, done, dropped;
	int64_t waiting;	/* tasks queued and not started; -1 unknown */
	uint64_t oldest_queued;	/* ticks of the oldest that still waits; 0:
				 * none, or not known */
	bool oldest_estimated;	/* it may be older: many wait, or tasks are
				 * not taken in the order they came in */
	uint64_t waited_mean_ns;	/* for how long those that wait have
					 * done so on average; 0: none, or not
					 * known */
	uint32_t queue_length[POOL_QUEUES];
	bool sampled;		/* a worker has so many tasks that it times one
				 * in some thirty: wait and run are estimates,
				 * all counts are exact */
	struct histogram wait, run;	/* ns, of this period alone */
	uint64_t full_ns;	/* time in which every worker was busy, since
				 * the pool was made, or armed */
	bool full_unclear;	/* a worker of this period was none */
	bool full_now;
	uint64_t full_since;	/* ticks; 0: not full now */
};

/* Reads pool @i of POOLS and empties its histograms; false: there is none. */
DETACHED bool pool_read(unsigned i, struct pool_reading *out);
/* The number of the pool whose worker @t is, or 0; whether it works on a task
 * now, and since when (ticks; 0: idle). */
SIGNAL_SAFE unsigned pool_of(const struct thread *t, uint64_t *busy_since);

/* @t is a worker of a pool, and was told to be: not taken for a task. */
SIGNAL_SAFE bool pool_is_told(const struct thread *t);
/* The thread of @t is taken for a task; *@visits: how often it has left the
 * wait that it returns to since it began. */
DETACHED bool pool_thread_is_task(const struct thread *t, uint64_t *visits);
/* It is none, after all: its pool has one task less that was begun. */
DETACHED void pool_expel(struct thread *t);
/* The calling thread is a worker of @p, and was not expelled. */
IN_HOOK bool pool_has_me(const struct pool *p);

/* A number that no pool has: for those that were not told, too. */
SIGNAL_SAFE unsigned pool_next_number(void);

/* Pools, and events, that there was no room for. */
uint64_t pool_lost(void);

void pool_after_fork_child(void);

#endif
