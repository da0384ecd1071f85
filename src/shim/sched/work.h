/*
 * work - what a thread keeps of its own work, for pools that nobody told us
 * about.
 *
 * A thread that returns to the same wait again and again has its home there:
 * the wait whose call is nearest to the thread's start routine.  What it does
 * between two waits at home is a task.
 *
 * Memory   part of the thread's record.
 * Threads  written by the owner, read by the diag thread.
 * Fork     work_reset() for the thread that is left.
 */
#ifndef DIAG_SCHED_WORK_H
#define DIAG_SCHED_WORK_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum work_doing {
	WORK_NOTHING,		/* has not been at home yet */
	WORK_IDLE,		/* waits at home */
	WORK_TASK,		/* came home for a task, and works on it unless
				 * it goes on waiting */
	WORK_BETWEEN,		/* done with one, has not come for the next */
};

/* There was no task when it came for one; it took one, after its wait; when it
 * came back; and all others were busy. */
enum work_popped { POPPED_NONE, POPPED, POPPED_BACK, POPPED_FULL };

/* A thread that has no home, at a gate. */
enum work_met { WORK_NOT_MET, WORK_MET, WORK_BRINGS };

struct work {
	_Atomic uint32_t kind;		/* of the wait at home; 0: no home */
	_Atomic uint32_t gate;		/* number of its gate; 0: none */
	_Atomic uint64_t key;		/* the condition or semaphore at home;
					 * for other kinds, the caller */
	_Atomic uint64_t caller;	/* of the wait at home */
	_Atomic uint64_t depth;		/* where in the stack that call is */
	_Atomic uint32_t elsewhere;	/* waits since the last one at home, or
					 * since it came for a task there */
	_Atomic uint32_t stays;		/* times it left this home */
	_Atomic uint32_t strays;	/* waits for conditions, semaphores and
					 * futexes elsewhere, ever */
	_Atomic uint64_t former;	/* the home before, given up for one
					 * that is deeper; 0 */
	_Atomic uint32_t settled;	/* it came back to that */
	_Atomic uint32_t doing;		/* enum work_doing */
	_Atomic uint64_t since;		/* ticks: it left home, or came for its
					 * task, then */
	_Atomic uint64_t away;		/* ticks: it left home then; 0: is
					 * there */
	_Atomic uint64_t away_ticks;	/* all the closed times away */
	_Atomic uint64_t tasks;		/* times it came back */
	_Atomic uint64_t visits;	/* times it left home, or what it was
					 * given there: a time that was up is
					 * none, several events are several */
	_Atomic uint32_t given;		/* when it left last */

	/* A gate's mutex that it locked last: which gate, from where, and
	 * whether a task seemed to be in the queue (enum work_popped); what it
	 * is taken for while it has no home. */
	_Atomic uint32_t locked_gate, locked_site, popped;
	_Atomic uint32_t met;		/* enum work_met */
	_Atomic uint32_t brief;		/* its last task was over at once */

	/* The lock that it had to wait for last, and since when it had it. */
	_Atomic uint64_t lock, lock_ticks;

	/* The gate that it got something from, and has not given it back; the
	 * one in whose idle it is counted; 0: none. */
	_Atomic uint32_t holds, counted;

	/* What it put into @locked_gate with its last lock; the same, if that
	 * was while somebody was idle and it has not signalled: its number
	 * there, + 1; 0: nothing. */
	_Atomic uint64_t brought, doubtful;
	/* Whether it needed no signal; the same number, if it wants one. */
	_Atomic uint32_t needless;
	_Atomic uint64_t unsure;
};

static inline void
work_reset(struct work *w)
{
	atomic_store(&w->kind, 0);
	atomic_store(&w->gate, 0);
	atomic_store(&w->elsewhere, 0);
	atomic_store(&w->stays, 0);
	atomic_store(&w->strays, 0);
	atomic_store(&w->former, 0);
	atomic_store(&w->settled, 0);
	atomic_store(&w->doing, WORK_NOTHING);
	atomic_store(&w->away, 0);
	atomic_store(&w->given, 0);
	atomic_store(&w->locked_gate, 0);
	atomic_store(&w->met, WORK_NOT_MET);
	atomic_store(&w->brief, 0);
	atomic_store(&w->brought, 0);
	atomic_store(&w->doubtful, 0);
	atomic_store(&w->needless, 0);
	atomic_store(&w->unsure, 0);
	atomic_store(&w->lock, 0);
	atomic_store(&w->holds, 0);
	atomic_store(&w->counted, 0);
}

#endif
