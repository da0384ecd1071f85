/*
 * crew - the threads of each pool, counted once a period, and what is kept of
 * a pool from one period to the next.
 *
 * Memory   static: CREWS pools; the workers of one more are counted nowhere.
 * Threads  the diag thread alone.
 * Fork     crew_forget() in the child.
 */
#ifndef DIAG_TASKS_CREW_H
#define DIAG_TASKS_CREW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "shim/sched/pool.h"
#include "shim/tasks/tasks.h"

enum { CREWS = 512 };

/* How sure it is that a thread that is taken for a task is one. */
enum crew_doubt { CREW_SURE, CREW_GUESSED, CREW_DOUBTED };

struct crew {
	unsigned number;	/* the pool's; 0: a free place */
	uint32_t period;	/* the last in which it had a name or workers */
	char name[POOL_NAME_MAX];

	/* Of this period. */
	unsigned workers, busy, blocked, stuck;
	unsigned unread;	/* busy, and what they do is of a look before */
	enum crew_doubt doubt;	/* the most of any of them */
	unsigned untimed;	/* whose @cpu_ns and @delay_ns are of another
				 * time, or not known */
	uint64_t cpu_ns, delay_ns, lockwait_ns;
	uint64_t longest_ns;
	pid_t longest_tid;

	/* Since the pool was made, at the last reading. */
	uint64_t full_ns, done;
	uint64_t read_at_ns;	/* clock_ns() */
	uint64_t full_carry_ns;	/* read, and of a period to come */
	bool deserted;		/* nobody, and nothing to say, at the last
				 * reading */

	/* In how long a time, up to now, it has been saturated in every
	 * period, and how much of that every worker was busy. */
	uint64_t streak_ns, streak_full_ns;
	uint64_t usual_run_ns;	/* what a task takes, as far as seen; 0 */
};

/* A new period, of @period_ns: nobody was counted so far. */
DETACHED void crew_begin(uint64_t period_ns);
/* Counts a worker of pool @number that has been busy for @busy_ns (0: is
 * idle). */
DETACHED void crew_count(unsigned number, const struct task *task,
    uint64_t busy_ns);
/* The crew of a pool, made when there is none; NULL when there is no room. */
DETACHED struct crew *crew_of(unsigned number);
/* The same, or NULL. */
DETACHED struct crew *crew_find(unsigned number);
void crew_forget(void);

#endif
