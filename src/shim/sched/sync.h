/*
 * sync - what waits, locks and signals tell about pools that nobody told us
 * about.
 *
 * Called by the wrappers while waits are announced.  For a condition's gate
 * the idea is this: a lock of its mutex by a thread that is none of its workers
 * puts a task into the queue, and a worker that has got the mutex takes one,
 * unless it goes on waiting, and works on it until it locks the mutex again or
 * waits again.  A worker that waits says that the queue is empty.  Where that
 * does not fit what is seen the gate counts it, and shim/pools/pools makes no
 * estimate.  A semaphore's gate counts posts and waits that ended.  Of other
 * waits only the thread's own times are kept.
 *
 * Memory   the thread's record and gates.
 * Threads  any.
 * Fork     sync_after_fork_child().
 */
#ifndef DIAG_SCHED_SYNC_H
#define DIAG_SCHED_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/gate.h"
#include "shim/sched/thread.h"

/* One wait, from its beginning to its end. */
struct sync_scope {
	uint32_t gate;		/* number of the gate that it is at; 0 */
	const void *queue;	/* the mutex of one that it waits for room in;
				 * NULL */
	bool home;
	bool counts;		/* in the gate's idle */
	unsigned events;	/* what it was given when it ended: 0, it
				 * timed out; else 1, or the number of
				 * descriptors that are ready */
};

/* The thread begins to wait, before that is announced; @depth is an address in
 * the frame of the wrapper. */
IN_HOOK void sync_enter(struct thread *t, struct sync_scope *s,
    const struct wait_news *news, const void *depth);
/* It does not wait any more; of a condition, it has the mutex again. */
IN_HOOK void sync_leave(struct thread *t, struct sync_scope *s);
/* After sync_leave(): the wait for the semaphore was successful. */
IN_HOOK void sync_got(struct thread *t, const struct sync_scope *s);

/* The thread has got something at gate @number; it has that no more. */
IN_HOOK void sync_hold(struct thread *t, uint32_t number);
SIGNAL_SAFE bool sync_give(struct thread *t, uint32_t number);

IN_HOOK COLD void sync_taken_gate(const void *sem);
/* The calling thread has got @sem without waiting. */
IN_HOOK static ALWAYS_INLINE void
sync_taken(const void *sem)
{
	if (unlikely(gate_maybe((uint64_t)(uintptr_t)sem)))
		sync_taken_gate(sem);
}

IN_HOOK COLD void sync_locked_gate(struct thread *t, const void *mutex,
    const void *caller);
/* The calling thread has locked @mutex. */
IN_HOOK static ALWAYS_INLINE void
sync_locked(const void *mutex, const void *caller)
{
	struct thread *t;

	if (likely(!gate_maybe((uint64_t)(uintptr_t)mutex)))
		return;
	t = thread_self();
	if (t != NULL)
		sync_locked_gate(t, mutex, caller);
}

/* The thread had to wait for @lock, and has it now.  @t can be NULL. */
IN_HOOK void sync_contended(struct thread *t, const void *lock);

IN_HOOK COLD void sync_signal_gate(struct thread *t, const void *condition);
/* The calling thread is about to signal @condition. */
IN_HOOK static ALWAYS_INLINE void
sync_signal(const void *condition)
{
	struct thread *t;

	if (likely(!gate_maybe((uint64_t)(uintptr_t)condition)))
		return;
	t = thread_self();
	if (t != NULL)
		sync_signal_gate(t, condition);
}

SIGNAL_SAFE COLD void sync_post_gate(const void *sem);
/* The caller is about to post @sem. */
SIGNAL_SAFE static ALWAYS_INLINE void
sync_post(const void *sem)
{
	if (unlikely(gate_maybe((uint64_t)(uintptr_t)sem)))
		sync_post_gate(sem);
}

void sync_after_fork_child(void);

#endif
