/*
 * pool_state - what the files of the pools share, and nobody else sees.
 *
 * Who submits has a lane of its own in the pool as long as there are lanes,
 * and who works has one always; a lane is written by its owner alone, without
 * locked instructions.  What is left over shares a lane and pays for it.
 *
 * Memory   mem_forever(), reused by pools and lanes to come.
 * Threads  as each field says.  Locks, in this order: a pool's list, a pool's
 *          full, the spare lanes'.
 * Fork     pool_after_fork_child().
 */
#ifndef DIAG_SCHED_POOL_STATE_H
#define DIAG_SCHED_POOL_STATE_H

#include <stdatomic.h>

#include "common/base/lock.h"
#include "shim/sched/fullness.h"
#include "shim/sched/pool.h"

enum {
	SUBMIT_LANES = 16,	/* threads that submit without sharing */
	RECENT = 128,		/* stamps kept of the newest tasks of a lane,
				 * of every eighth task before, and so on */
	RECENT_LEVELS = 6, RECENT_SHIFT = 3,
	TIMED_ALONE = 16,	/* workers with histograms of their own */
};

enum pool_life { POOL_FREE, POOL_LIVE, POOL_ENDED };

struct pool_submit {
	struct thread *_Atomic owner;
	_Atomic uint64_t queued;	/* tasks */
	_Atomic uint64_t stamps;	/* the sum of their stamps */
	/* At level k the stamps of tasks whose number is a multiple of 8^k,
	 * that of number i at (i >> 3k) % RECENT. */
	_Atomic uint64_t recent[RECENT_LEVELS][RECENT];
} CACHE_ALIGNED;

struct pool_times {
	struct histogram wait, run;
	struct pool_times *next;	/* while spare */
} CACHE_ALIGNED;

/* A worker's counters of one pool: the owner's, read by the diag thread. */
struct pool_counts {
	_Atomic uint64_t started, done;
	_Atomic uint64_t taken;		/* started, and their stamp was seen */
	_Atomic uint64_t stamps;	/* the sum of those stamps */
};

struct pool_lane {
	struct pool *_Atomic pool;	/* NULL: of none (any more) */
	struct pool_lane *_Atomic next_of_thread;	/* the owner's list */
	struct pool_lane *next_of_pool;	/* under the pool's list lock */
	struct thread *owner;
	_Atomic uint32_t queue, active;	/* tasks it is at */
	_Atomic uint64_t busy_since;	/* 0: idle */
	_Atomic uint64_t idle_since;	/* while @active is 0 */
	_Atomic uint64_t newest;	/* the stamp of its last task */
	struct pool_counts n;
	_Atomic uint32_t sampled;	/* not all tasks were timed since the
					 * last reading */
	_Atomic uint32_t hurry;		/* it times some tasks, until it was
					 * found slow so often */
	uint32_t skip, chance;		/* not timed next; whence the number;
					 * the owner's, as what follows */
	uint32_t since_check;
	uint64_t checked;
	uint64_t looked_at;		/* the diag thread's: n.done then */
	uint64_t visits;		/* of its record, when it came */
	struct pool_times *_Atomic times;	/* NULL, &pool->rest: shared */
} CACHE_ALIGNED;

struct pool_queue {
	_Atomic uint64_t queued, gone;
} CACHE_ALIGNED;

struct pool {
	_Atomic uint32_t life;		/* enum pool_life */
	unsigned number, queues;
	char name[POOL_NAME_MAX];
	const char *via;
	bool timed, counts_queue, by_thread;
	uint64_t named_after;		/* 0: has its name */
	int64_t (*_Atomic gauge)(void *);
	void *_Atomic gauge_arg;
	struct pool_queue *queue;	/* POOL_QUEUES, when it has several */

	struct lock list;		/* from here to @gone */
	struct pool_lane *lanes;	/* changed under both locks */
	unsigned workers;		/* the same */
	unsigned alone;
	struct pool_counts left;	/* of workers that left */
	struct pool_times gone;		/* the same */
	bool left_sampled;		/* the same, since the last reading */

	struct lock full_lock CACHE_ALIGNED;
	struct fullness full;
	uint64_t empty_since;		/* no worker since; 0: there are */
	uint64_t full_read, full_ns;	/* its total when it was read last */

	_Atomic uint64_t dropped CACHE_ALIGNED;
	_Atomic uint64_t dropped_stamps;
	_Atomic uint32_t disordered;	/* tasks overtook each other */
	_Atomic uint32_t expelled;	/* threads, since the last reading */
	struct pool_submit rest_submit;
	struct pool_submit submit[SUBMIT_LANES];
	struct pool_times rest;		/* workers without their own */
	struct histogram wait_before, run_before;	/* the diag thread's */
	unsigned disordered_for;	/* periods left of that */
};

extern struct lock pool_making;		/* places, and the lives of pools */
extern _Atomic uint64_t pool_armed_since;	/* ticks; 0: not armed */

/* Events that found no memory, or came inside a hook. */
extern _Atomic uint64_t pool_events_lost;

/* The lane of @t in @p, or NULL. */
IN_HOOK static ALWAYS_INLINE struct pool_lane *
pool_lane_of(const struct thread *t, const struct pool *p)
{
	struct pool_lane *l = atomic_load_explicit(&t->lanes,
	    memory_order_relaxed);

	while (l != NULL && atomic_load_explicit(&l->pool,
	    memory_order_relaxed) != p)
		l = atomic_load_explicit(&l->next_of_thread,
		    memory_order_relaxed);
	return l;
}

/* Whether this stamp is of the time since pools are armed. */
IN_HOOK static ALWAYS_INLINE bool
pool_has_seen(uint64_t stamp)
{
	return stamp != 0 && stamp >= atomic_load_explicit(
	    &pool_armed_since, memory_order_relaxed);
}

/* For a pool of several queues: each task enters its own, or is gone. */
IN_HOOK COLD void pool_count_in_queues(struct pool *p,
    const struct pool_stamp *s, size_t n, bool enters);

/* Makes @t a worker; NULL when there is no memory. */
IN_HOOK COLD struct pool_lane *pool_join(struct pool *p, struct thread *t,
    unsigned queue, uint64_t now);
/* Takes a lane from its pool (the pool's list lock is held), or from its
 * thread as well. */
IN_HOOK void pool_detach(struct pool *p, struct pool_lane *l, uint64_t now);
void pool_leave(struct thread *t, struct pool_lane *l, uint64_t now);
/* The thread of this record is gone. */
void pool_release(struct thread *t);
void pool_lane_after_fork_child(void);
/* Histograms of a worker's own, or the shared ones when there are enough. */
IN_HOOK COLD struct pool_times *pool_times_for(struct pool *p,
    struct pool_lane *l);

/* The worker was idle until @now.  Sets @busy_since, so that nobody sees it
 * both ways. */
IN_HOOK COLD void pool_end_idle(struct pool *p, struct pool_lane *l,
    uint64_t now, unsigned active);
/* Folds what is known until now; full_lock is held. */
IN_HOOK void pool_fold(struct pool *p, uint64_t now, bool tasks_wait);
/* Does so when there is no room for one idle time more; as that. */
IN_HOOK void pool_make_room(struct pool *p, uint64_t now);

/* The stamp of the @n th newest task of all, 0 when it is no longer known;
 * @estimated when it is that of one near it. */
uint64_t pool_nth_newest(const struct pool *p, uint64_t n, uint64_t now,
    bool *estimated);

/* The pool at a place, whatever its life; NULL: was never used. */
struct pool *pool_at(unsigned i);

#endif
