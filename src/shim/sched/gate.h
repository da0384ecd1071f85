/*
 * gate - the objects that workers wait at for their next task: the mutex of a
 * condition, a semaphore, or the place of a call.
 *
 * A gate is made by the first thread, other than the first one of the process,
 * that waits there at home (see work.h).  It is found by the address of the
 * object; a condition is a second name of its mutex's gate.  An address that
 * is no gate's costs one load in a small bitmap.
 *
 * Memory   mapped when the first is made: GATES gates; waits at more of them
 *          are not followed.
 * Threads  finding and making are lock-free.  What a condition's gate holds is
 *          written by threads that hold its mutex, what a semaphore's holds by
 *          atomic operations; the diag thread reads, and alone drops.
 * Fork     gate_after_fork_child() forgets them all.
 */
#ifndef DIAG_SCHED_GATE_H
#define DIAG_SCHED_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/histogram.h"

enum {
	GATES = 256, GATE_RING = 1024, GATE_SITES = 8,
	GATE_FILTER_BITS = 4096,
};

/* A place in the host from which the gate's mutex is locked. */
struct gate_site {
	_Atomic uint64_t caller;
	_Atomic uint32_t locks;
	_Atomic uint32_t idle_locks;	/* while somebody was idle */
	_Atomic uint32_t waits;		/* that a wait at home followed */
	_Atomic uint32_t first_waits;	/* that a worker's first one did */
	_Atomic uint32_t signals;	/* that a signal followed */
	_Atomic uint32_t needless;	/* those of them that nobody needed */
	_Atomic uint32_t habit;		/* each task has one: sync_bring.h */
};

struct gate {
	_Atomic uint32_t state;		/* 0: free */
	_Atomic uint32_t kind;		/* enum wait_kind of the wait there */
	_Atomic uint32_t born;		/* no other gate has this number, then
					 * or now */
	_Atomic uint64_t object;
	_Atomic uint64_t condition;	/* the one that workers wait for */
	_Atomic uint64_t start;		/* kin of its first worker */
	uint32_t unused;		/* looks without anybody; the diag
					 * thread's */
	_Atomic uint32_t idle;		/* who waits there now */
	_Atomic uint64_t full_since;	/* ticks; 0: somebody is idle */
	_Atomic uint64_t full_ticks;	/* all the closed times with nobody
					 * idle */
	_Atomic uint64_t full_until;	/* ticks: the end of the last of them;
					 * a semaphore's */
	/* Tasks are numbered as they come; the queue holds those from @taken
	 * to @queued, and the ring when they came (0: not known).  Some of
	 * them may be none: their times are odd. */
	_Atomic uint64_t queued, taken, doubtful;
	_Atomic uint64_t unsure;	/* the last, + 1, if it wants a signal
					 * to be one; 0 */
	_Atomic uint64_t tasks;		/* that workers took, seen when they
					 * came back */
	/* Where what was seen does not fit the idea of a queue: a task taken
	 * that was never queued; the same, and over at once; one that was
	 * queued and taken without a wait, and over at once as the one before
	 * was not; one left lying by a worker that went idle; a lock by a
	 * worker at a place of which it is not known yet whether it comes for
	 * tasks there. */
	_Atomic uint64_t surprises, blinks, brief, left_lying, unclear;
	/* Times that there was more than who took something seemed to take;
	 * and the next that went idle found it all taken (@emptied), or some
	 * left (@drained); the first has happened since. */
	_Atomic uint64_t emptied, drained;
	_Atomic uint32_t backlog;
	/* Tasks that workers took when they came back, without waiting; those
	 * of them that they took while nobody was idle. */
	_Atomic uint64_t taken_back, taken_full;
	_Atomic uint64_t needless;	/* signals that nobody needed */
	_Atomic uint64_t unlearnt;	/* @taken_back when what places do was
					 * last forgotten */
	/* Times that a worker's time was up, and it did something before it
	 * came back. */
	_Atomic uint64_t untaken;
	/* Of a semaphore: what workers did with what they took there, after a
	 * wait or without one: it lasted, or was over at once. */
	_Atomic uint64_t lasting[2], blinking[2];
	_Atomic uint32_t most;	/* that a semaphore had when it was posted */
	_Atomic uint32_t workers;	/* at the last look */
	_Atomic uint32_t outsiders;	/* other threads than its workers
					 * wait there */
	/* Who got something there: how many have it now; times that several
	 * had; times that one gave back what it had. */
	_Atomic uint32_t holders, several;
	_Atomic uint64_t given_back;
	_Atomic uint64_t signalled;	/* ticks: of the signal that nobody has
					 * answered yet; 0 */
	_Atomic uint64_t signals;
	_Atomic uint64_t passed;	/* those of them that workers made */
	struct gate_site site[GATE_SITES];
	struct histogram wait, run, wakeup;	/* ns */
	_Atomic uint64_t ring[GATE_RING];
} CACHE_ALIGNED;

extern _Atomic uint64_t gate_filter[GATE_FILTER_BITS / 64]
    __attribute__((visibility("hidden")));

SIGNAL_SAFE static ALWAYS_INLINE uint32_t
gate_hash(uint64_t address)
{
	return (uint32_t)((address >> 3) * 0x9e3779b97f4a7c15ull >> 52);
}

/* False for most addresses that are no gate's. */
SIGNAL_SAFE static ALWAYS_INLINE bool
gate_maybe(uint64_t address)
{
	uint32_t h = gate_hash(address);

	return (atomic_load_explicit(&gate_filter[h / 64],
	    memory_order_relaxed) >> h % 64 & 1) != 0;
}

/* The number of the gate with that address, or 0. */
SIGNAL_SAFE uint32_t gate_find(uint64_t address);
/* The same; makes one when there is none.  0 when there is no room. */
IN_HOOK uint32_t gate_make(uint64_t address, uint32_t kind, uint64_t start);
/* Another address by which gate @number is found. */
IN_HOOK void gate_alias(uint32_t number, uint64_t address);
/* It can be found; false when it was dropped. */
SIGNAL_SAFE bool gate_is_open(const struct gate *g);
/* Gate @number, from 1 to GATES, and back. */
SIGNAL_SAFE struct gate *gate_at(uint32_t number);
SIGNAL_SAFE uint32_t gate_number(const struct gate *g);
/* The largest @born so far. */
DETACHED uint32_t gate_births(void);

/* A task came: returns its number; or was taken: returns the number of ticks it
 * has waited, or 0 when that is not known.  For gates whose takers exclude
 * each other. */
IN_HOOK uint64_t gate_push(struct gate *g, uint64_t now);
IN_HOOK uint64_t gate_pop(struct gate *g, uint64_t now);
/* What came may be no task: it is none until it is confirmed. */
IN_HOOK uint64_t gate_push_doubtful(struct gate *g, uint64_t now);
IN_HOOK void gate_confirm(struct gate *g, uint64_t number);
/* It has not come yet, after all.  False when others came since, or it was
 * taken. */
IN_HOOK bool gate_take_back(struct gate *g, uint64_t number);
/* Taking for gates that several threads write at a time. */
IN_HOOK uint64_t gate_pop_shared(struct gate *g, uint64_t now);
/* Nothing is in the queue; returns how much was thought to be. */
IN_HOOK uint64_t gate_empty(struct gate *g);
/* A semaphore, or a condition and its mutex, that one thread has at a time, and
 * gives back: a lock, and nobody's home. */
SIGNAL_SAFE bool gate_is_lock(const struct gate *g);
/* It is taken for a lock because others wait there than its workers, too, and
 * may as well be the one condition of a queue with an end. */
SIGNAL_SAFE bool gate_is_unclear(const struct gate *g);
/* What is thought to be in the queue; since when the oldest of it is (ticks),
 * or 0 when that is not known. */
SIGNAL_SAFE uint64_t gate_waiting(const struct gate *g);
SIGNAL_SAFE uint64_t gate_oldest(const struct gate *g);

/* One more, or one less, waits at home. */
IN_HOOK void gate_idle_more(struct gate *g, uint64_t now);
IN_HOOK void gate_idle_less(struct gate *g, uint64_t now);

/* Which of the gate's sites this is, from 1; 0 when it has too many. */
IN_HOOK uint32_t gate_site_of(struct gate *g, uint64_t caller);

/* Gives back gates that no thread called home in the last looks; @used says of
 * each number whether one does. */
DETACHED void gate_sweep(const bool used[GATES + 1]);

void gate_after_fork_child(void);

#endif
