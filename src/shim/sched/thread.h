/*
 * thread - every thread of the host has a record, and the record outlives
 * nothing but the thread.
 *
 * Records are made when a thread is created (pthread_create wrapper), or at
 * its first event when it came another way.  A record goes to a new thread
 * only when the kernel says that its old one is gone, so a thread that still
 * allocates in the last of its destructors has its own record until the end.
 * The owner writes its own record; the diag thread reads them all.
 *
 * The counters of a record are never set back, and go on under the next
 * owner: the totals are the sums over all records there ever were, exact and
 * free of any moment at which an ending thread would be counted twice.
 *
 * Memory   mem_map'ed slabs, reused; 512 bytes a thread.
 * Threads  the list is lock-free: records are never unmapped, only reused;
 *          @generation tells a reader that a record changed hands.
 * Fork     the child keeps the calling thread's record alone, and the totals.
 */
#ifndef DIAG_SCHED_THREAD_H
#define DIAG_SCHED_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "shim/sched/futexlock.h"
#include "shim/sched/wait.h"
#include "shim/sched/work.h"
#include "shim/state/state.h"

enum thread_kind {
	THREAD_FREE,		/* the record is not in use */
	THREAD_HOST,
	THREAD_BACKGROUND,	/* jemalloc's, because the host asked for it */
	THREAD_OURS,
};

enum { THREAD_NAME_MAX = 16 };

struct thread {
	_Atomic uint32_t kind;		/* enum thread_kind */
	_Atomic uint32_t generation;
	_Atomic pid_t tid;		/* 0: created, has not begun */
	_Atomic uint32_t over;		/* its start routine has returned, as
					 * far as that is watched */
	_Atomic pid_t creator_tid;
	_Atomic uint64_t start_routine;	/* address; 0 for the main thread */
	_Atomic uint64_t functor;	/* the type of what a std::thread runs:
					 * its virtual table; 0 */
	_Atomic uint64_t born_ns;
	_Atomic uint64_t handle;	/* its pthread_t */
	_Atomic uint32_t found;		/* not 0: made by thread_found(), not
					 * taken over by the thread itself */
	uint32_t index;			/* fixed; see thread_limit() */

	/* The owner's counters, under all owners so far.  Only the owner
	 * writes them, with thread_add(). */
	_Atomic uint64_t nalloc, nfree;
	_Atomic uint64_t lockwait_ns;	/* waited for locks, closed waits */
	_Atomic uint64_t waits;		/* closed waits of all kinds */
	_Atomic uint64_t yields;	/* sched_yield() calls */
	_Atomic uint64_t yielded_ns;	/* clock_ns() at the last of them */
	struct wait wait;
	uintptr_t wait_frame;		/* the owner's: of its innermost wait */
	struct futexlock_use futex;	/* the owner's */
	struct work work;

	void *start_arg;		/* from the creator to the thread */
	uint64_t task_stamp;		/* the same: it is a task, or 0 */
	bool watched;			/* the same: its end is seen */
	size_t stack_size;		/* the same; 0 when not known */
	uintptr_t stack_low, stack_high;	/* 0 when not known */
	struct stack_cache *stack_cache;	/* the owner's */
	void *trace_private;			/* shim/alloc's, the owner's */
	struct recorder *recorder;		/* shim/alloc's, the owner's */
	char name[THREAD_NAME_MAX];		/* the owner's copy */
	_Atomic uint32_t name_known;
	struct pool_lane *_Atomic lanes;	/* shim/sched/pool's: where it
						 * is a worker; the owner's */
	_Atomic uint32_t next_free;		/* index + 1; 0 ends the list */
	_Atomic uint32_t given_state;		/* shim/sched/given's */
	_Atomic uint64_t given;	/* bytes given to its owners that have ended */
	uint64_t began;		/* nalloc when its owner began; the owner's */
} CACHE_ALIGNED;

/* Makes a record for the calling thread; NULL when there is no
 * memory. */
IN_HOOK COLD struct thread *thread_make(void);

/* The calling thread's record, made when it has none; NULL only when there is
 * no memory. */
IN_HOOK static ALWAYS_INLINE struct thread *
thread_self(void)
{
	struct thread *t = tls.thread;

	return likely(t != NULL) ? t : thread_make();
}

/* What threads have in common that do the same work: what they run, where that
 * is known, or else the start routine; 0 for the main thread. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
thread_kin(const struct thread *t)
{
	uint64_t functor = atomic_load_explicit(&t->functor,
	    memory_order_relaxed);

	return functor != 0 ? functor : atomic_load_explicit(
	    &t->start_routine, memory_order_relaxed);
}

/* Makes the cache; NULL when there is no memory. */
IN_HOOK COLD struct stack_cache *thread_make_stack_cache(struct thread *t);

/* What the unwinder keeps for the calling thread, made at its first capture;
 * NULL when there is no memory. */
IN_HOOK static ALWAYS_INLINE struct stack_cache *
thread_stack_cache(struct thread *t)
{
	struct stack_cache *c = t->stack_cache;

	return likely(c != NULL) ? c : thread_make_stack_cache(t);
}

/* Gives the cache back; the thread is gone. */
void thread_drop_stack_cache(struct thread *t);

/* Adds to a counter of the calling thread's own record. */
IN_HOOK static ALWAYS_INLINE void
thread_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter,
	    atomic_load_explicit(counter, memory_order_relaxed) + n,
	    memory_order_relaxed);
}

/* A record for a thread about to be created (tid still 0); NULL without
 * memory. */
struct thread *thread_expect(void *(*start)(void *), void *arg,
    size_t stack_size);
/* The new thread takes @t as its own (called on it, first thing). */
void thread_begin(struct thread *t, enum thread_kind kind);
/* pthread_create() failed. */
void thread_cancel(struct thread *t);

/* A record for a thread that the kernel has and we do not (raw clone, or made
 * inside libc): its own thread_self() takes it over later.  NULL without
 * memory, and when the thread has a record by now. */
DETACHED struct thread *thread_found(pid_t tid);
/* The kernel has no such thread. */
SIGNAL_SAFE bool thread_is_gone(pid_t pid, pid_t tid);
/* Gives back the records of threads that are gone; returns how many. */
unsigned thread_reap(void);
/* Of two records with the id @tid, gives one back: what thread_found() made, as
 * the other is then the thread's own, or else the older, whose thread is gone
 * although its id is in use again.  Returns the other. */
DETACHED struct thread *thread_keep_one(struct thread *a, struct thread *b,
    pid_t tid);

/* The stack of the calling thread, when @at is on it; false on any other, and
 * for threads whose stack is not known. */
SIGNAL_SAFE bool thread_own_stack(uintptr_t at, uintptr_t *low,
    uintptr_t *high);

/* What is to be done with stack_cache and trace_private when a record is given
 * back; called for a thread that is gone, on any thread, or in a forked child.
 * At most four. */
typedef void (*thread_release_fn)(struct thread *t);
void thread_on_release(thread_release_fn fn);

/* Calls @see for every record in use; the record can end meanwhile. */
typedef void (*thread_fn)(struct thread *t, void *arg);
DETACHED void thread_each(thread_fn see, void *arg);
/* One past the largest index given out so far; the record at an index, or
 * NULL when there is none. */
DETACHED uint32_t thread_limit(void);
SIGNAL_SAFE struct thread *thread_at(uint32_t index);
/* Finds the thread with this pthread_t; NULL when there is none. */
DETACHED struct thread *thread_by_handle(uint64_t handle);

struct thread_totals {
	uint64_t nalloc, nfree, lockwait_ns;
	unsigned live;		/* records of kind THREAD_HOST or _BACKGROUND
				 * whose thread was not seen to be gone */
	uint64_t created, ended;	/* ended: as far as noticed */
};
/* Sums over live and ended threads and what thread_add_boot() brought. */
DETACHED void thread_totals(struct thread_totals *out);

/* How many threads began, and how many were seen to be gone. */
void thread_lives(uint64_t *began, uint64_t *gone);

/* Counts what happened in no thread's name: before there were records, and
 * where there was no memory for one. */
IN_HOOK void thread_add_boot(uint64_t nalloc, uint64_t nfree);

/* The calling thread's name, cached in its record; cheap. */
IN_HOOK const char *thread_own_name(struct thread *t);
/* The thread with this pthread_t was renamed; 0 for the calling one. */
void thread_renamed(uint64_t handle);

/* The calling thread's id, without a system call that a sandbox might lack. */
SIGNAL_SAFE pid_t thread_own_tid(void);
/* Libc keeps it @offset bytes behind the thread pointer; until this is told the
 * kernel is asked. */
void thread_tid_is_at(uint32_t offset);

void thread_after_fork_child(void);

#endif
