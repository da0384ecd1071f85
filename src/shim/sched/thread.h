/*
 * thread - every thread of the host has a record, and the record outlives
 * nothing but the thread.
 *
 * Records are made when a thread is created (pthread_create wrapper), or at
 * its first event when it came another way, and given back when it ends.  The
 * owner writes its own record; the diag thread reads them all.
 *
 * Memory   mem_map'ed slabs, reused; at most 1 KiB a thread with its fields.
 * Threads  the list is lock-free: records are never unmapped, only reused;
 *          @generation tells a reader that a record changed hands.
 * Fork     the child keeps the calling thread's record alone.
 */
#ifndef DIAG_SCHED_THREAD_H
#define DIAG_SCHED_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"

enum thread_kind {
	THREAD_FREE,		/* the record is not in use */
	THREAD_HOST,
	THREAD_BACKGROUND,	/* jemalloc's, because the host asked for it */
	THREAD_OURS,
};

/* What a thread waits for.  WAIT_RUN: in no wrapper of ours. */
enum wait_kind {
	WAIT_RUN, WAIT_COND, WAIT_MUTEX, WAIT_RWLOCK, WAIT_SEM, WAIT_BARRIER,
	WAIT_JOIN, WAIT_SLEEP, WAIT_POLL, WAIT_EPOLL, WAIT_SELECT, WAIT_FUTEX,
	WAIT_READ, WAIT_ACCEPT, WAIT_CHILD, WAIT_SIGNAL, WAIT_SPIN, WAIT_KINDS
};

/* A wait as its thread announces it: written by the owner, read by anybody
 * with wait_read(). */
struct wait {
	_Atomic uint32_t seq;		/* odd while it changes */
	_Atomic uint32_t kind;		/* enum wait_kind */
	_Atomic uint64_t object;	/* address, descriptor, or tid */
	_Atomic uint64_t since_ns;	/* clock_ns() when it began */
	_Atomic uint64_t caller;	/* where the host called the wrapper */
};

struct thread {
	_Atomic uint32_t kind;		/* enum thread_kind */
	_Atomic uint32_t generation;
	_Atomic pid_t tid;
	_Atomic pid_t creator_tid;
	_Atomic uint64_t start_routine;	/* address; 0 for the main thread */
	_Atomic uint64_t born_ns;
	char name[16];			/* as last looked at; see thread_name() */

	/* the owner's counters; exact when read after it ended or by itself */
	_Atomic uint64_t nalloc, nfree;
	_Atomic uint64_t alloc_bytes, free_bytes;
	_Atomic uint64_t lockwait_ns;	/* waited for mutexes, closed waits */
	_Atomic uint64_t waits;		/* closed waits of all kinds */
	struct wait wait;

	uintptr_t stack_low, stack_high;	/* 0 when not known */
	struct stack_cache *stack_cache;	/* the owner's; may be NULL */
	void *trace_private;			/* shim/trace's, the owner's */
	void *sched_private;			/* the sampler's (diag thread) */
	struct thread *next_free;
};

/* The calling thread's record, made when it has none; NULL only when there is
 * no memory (counted). */
IN_HOOK struct thread *thread_self(void);

/* A record for a thread about to be created (tid still 0). */
struct thread *thread_expect(uint64_t start_routine);
/* The new thread takes @t as its own (called on it, first thing). */
void thread_begin(struct thread *t, enum thread_kind kind);
/* It ends: sums its counters into the ended threads' totals. */
void thread_end(struct thread *t);
/* pthread_create() failed. */
void thread_cancel(struct thread *t);

/* Calls @see for every record in use; the record can end meanwhile. */
typedef void (*thread_fn)(struct thread *t, void *arg);
DETACHED void thread_each(thread_fn see, void *arg);

struct thread_totals {
	uint64_t nalloc, nfree, alloc_bytes, free_bytes, lockwait_ns;
	unsigned live;		/* records of kind THREAD_HOST or _BACKGROUND */
	uint64_t created, ended;
};
/* Sums over live and ended threads. */
DETACHED void thread_totals(struct thread_totals *out);

/* Copies the thread's current name (from the kernel when it can). */
DETACHED void thread_name(struct thread *t, char name[16]);
/* The calling thread's name, cached in its record; cheap. */
IN_HOOK const char *thread_own_name(struct thread *t);

/* Announces and ends a wait of the calling thread. */
IN_HOOK void wait_enter(struct thread *t, enum wait_kind kind, uint64_t object,
    const void *caller);
IN_HOOK void wait_leave(struct thread *t);
/* A consistent copy of another thread's wait; false when it kept changing. */
struct wait_copy { enum wait_kind kind; uint64_t object, since_ns, caller; };
DETACHED bool wait_read(const struct thread *t, struct wait_copy *out);

void thread_after_fork_child(void);

#endif
