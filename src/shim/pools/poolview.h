/*
 * poolview - one pool as its POOL line shows it, whoever found it.
 *
 * Pools that we were told about (shim/sched/pool) and pools that were inferred
 * (shim/pools/pools) are brought into this one form once a period; poolline
 * prints it, and the verdict judges it.
 *
 * Memory   the caller's.
 * Threads  the diag thread alone.
 * Fork     none.
 */
#ifndef DIAG_POOLS_POOLVIEW_H
#define DIAG_POOLS_POOLVIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "shim/sched/pool.h"
#include "shim/tasks/tasks.h"

/* How much a figure is worth. */
enum known { NOT_KNOWN, ESTIMATED, EXACT };	/* "-", "~12", "12" */

struct pool_times {
	enum known known;
	uint64_t count, median_ns, p99_ns, max_ns;	/* of this period */
};

struct poolview {
	char name[POOL_NAME_MAX];
	const char *via;
	unsigned number;
	bool by_thread;			/* each task has a worker of its own */
	bool silent;			/* its workers are gone, nothing is left
					 * to be done, and that was said */
	enum known workers_known;
	unsigned workers;
	enum known crew_known;		/* who is idle and who is busy */
	unsigned idle, busy;
	enum known blocked_known;
	unsigned blocked;		/* busy, waiting for something */
	enum known queue_known;
	uint64_t waiting;
	bool rung;			/* who was woken up has not run yet */
	bool finds_more;		/* how much waits is not known, but
					 * who came back found a task there */
	unsigned queues;		/* 0: one for all */
	uint32_t queue_length[POOL_QUEUES];
	enum known rate_known;
	uint64_t done;			/* tasks (or wake-ups) this period */
	struct pool_times wait, run;
	struct pool_times wakeup;	/* signal to running */
	uint64_t period_ns;
	enum known full_known;
	uint64_t full_ns;		/* every worker was busy */
	uint64_t full_since_ns;		/* clock_ns(); 0: not full now */
	enum known oldest_known;
	uint64_t oldest_ns;		/* the oldest waits for it */
	/* Of the workers, in this period. */
	enum known times_known;		/* both of these */
	uint64_t delay_ns;		/* runnable, not running */
	uint64_t cpu_ns;		/* their CPU time */
	bool convoy;			/* they wait for nothing but a lock that
					 * one of them has */
	enum known lockwait_known;
	uint64_t lockwait_ns;		/* waited for locks */
	/* The longest time that a busy worker has been busy without a break,
	 * who that is, and how many have been for a whole period. */
	enum known longest_known;
	uint64_t longest_ns;
	pid_t longest_tid;
	unsigned stuck;
};

/* What there is after the last look, @period_ns after the look before: calls
 * @see with each pool, the told ones first.  The view is the callee's. */
typedef void (*poolview_fn)(struct poolview *v, void *arg);
DETACHED void poolview_each(const struct tasks_look *l, uint64_t period_ns,
    poolview_fn see, void *arg);

/* The number of the pool that @task works for, or 0; *@busy_ns: for how long
 * it has been busy, 0 when it is idle. */
DETACHED unsigned poolview_of(const struct task *task, uint64_t *busy_ns);
/* The name of the pool with that number, as the last poolview_each() saw it;
 * NULL when it is gone. */
DETACHED const char *poolview_name(unsigned number);
DETACHED void poolview_forget(void);

/* Inferred pools: called once a period after tasks_look().  Calls @see with
 * each; numbers go on from those of shim/sched/pool. */
typedef void (*poolview_fn)(struct poolview *v, void *arg);
DETACHED void pools_infer(uint64_t period_ns, poolview_fn see, void *arg);
/* The number of the inferred pool of @t, or 0; for how long it had been busy at
 * the last pools_infer(), 0 when it was idle. */
DETACHED unsigned pools_of(const struct thread *t, uint64_t *busy_ns);

#endif
