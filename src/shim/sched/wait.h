/*
 * wait - what a thread waits for, as the thread itself announces it.
 *
 * A wrapper announces a wait before it blocks and ends it afterwards, so that
 * an idle thread costs nothing to classify.  Waits nest: a signal handler that
 * waits inside a wait gets the outer one back when it is done.  A handler that
 * jumps out of a wait leaves it announced, or half so: the next one puts that
 * right.
 *
 * Memory   part of the thread's record.
 * Threads  written by the owner, read by anybody with wait_read(): @seq is odd
 *          while the words change (a sequence lock).
 * Fork     the calling thread is in no wait.
 */
#ifndef DIAG_SCHED_WAIT_H
#define DIAG_SCHED_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

struct thread;

/* What a thread waits for.  WAIT_RUN: in no wrapper of ours; WAIT_LOCK: for a
 * lock of the host's own making, on a futex: who has it is not known. */
enum wait_kind {
	WAIT_RUN, WAIT_COND, WAIT_MUTEX, WAIT_RWLOCK, WAIT_SEM, WAIT_BARRIER,
	WAIT_JOIN, WAIT_SLEEP, WAIT_POLL, WAIT_EPOLL, WAIT_SELECT, WAIT_FUTEX,
	WAIT_READ, WAIT_ACCEPT, WAIT_CHILD, WAIT_SIGNAL, WAIT_SPIN, WAIT_LOCK,
	WAIT_KINDS
};

struct wait {
	_Atomic uint32_t seq;		/* odd while it changes */
	_Atomic uint32_t kind;		/* enum wait_kind */
	_Atomic uint64_t object;	/* address, descriptor, pid or handle */
	_Atomic uint64_t since_ns;	/* clock_ns() when it began */
	_Atomic uint64_t caller;	/* where the host called the wrapper */
	_Atomic uint64_t holder;	/* tid that held the lock then, or 0 */
};

/* A consistent copy of a wait; @seq differs between two waits. */
struct wait_copy {
	uintptr_t alive;	/* of one that wait_enter() filled: its own
				 * address, until that is written over */
	uintptr_t frame;	/* the thread's wait_frame before */
	enum wait_kind kind;
	uint32_t seq;
	uint64_t object, since_ns, caller, holder;
	uint64_t lockwait_ns;	/* of the closed waits before this one */
};

/* What a thread says when it begins to wait. */
struct wait_news {
	enum wait_kind kind;
	uint64_t object;
	const void *caller;
	uint64_t holder;
	const void *mutex;	/* that goes with a condition, or NULL */
};

/* Announces a wait of the calling thread, whose record @t is.  @outer keeps
 * the wait that this one interrupts, for wait_leave(). */
IN_HOOK void wait_enter(struct thread *t, const struct wait_news *news,
    struct wait_copy *outer);
/* Ends it; the time of a wait for a lock is added to lockwait_ns. */
IN_HOOK void wait_leave(struct thread *t, const struct wait_copy *outer);

/* A consistent copy of another thread's wait; false when it kept changing. */
DETACHED bool wait_read(const struct thread *t, struct wait_copy *out);

/* "cond", "mutex", ...; "run" for WAIT_RUN. */
SIGNAL_SAFE const char *wait_kind_name(enum wait_kind kind);

/* True for the kinds whose time is lockwait: mutexes, rwlocks, and locks. */
SIGNAL_SAFE bool wait_kind_is_lock(enum wait_kind kind);

#endif
