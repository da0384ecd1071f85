/*
 * state - the words every wrapper looks at, and what each thread carries.
 *
 * One word says whether anything is armed in the allocation path, one whether
 * anything is armed in the waiting path.  A wrapper does one relaxed load and
 * one branch; everything else is behind it, in cold files.  free() needs the
 * test "is this pointer of our allocator's address window" too; both tests are
 * one: the window that pointers are compared with is none while anything is
 * armed.  The fast paths of malloc() and free() have neither the load nor the
 * branch: while something is armed they look into a table of other contents.
 *
 * The hook scope keeps our own code out of our own hooks: hook_enter() fails
 * when this thread is inside already (our own call, or a signal handler that
 * interrupted us), keeps errno, and hook_leave() gives it back.  A handler can
 * also jump over us and never come back: a later hook_enter() finds the scope
 * where no living frame can be, or written over, mends what was left half done
 * and enters.  And it fails where the stack has no room for us, so that a
 * stack that runs over does so in the host's code, as it would without us.
 *
 * Memory   static, and 64 bytes of initial-exec TLS per thread.
 * Threads  the armed words are written by state_arm() under its lock and read
 *          by all; struct tls belongs to its thread.
 * Fork     the child keeps both; features that need a thread re-arm later.
 */
#ifndef DIAG_STATE_STATE_H
#define DIAG_STATE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* The address window of the embedded jemalloc: all of its mappings lie in it
 * (shim/heap places them there), and nothing else does. */
#define WINDOW_BASE 0x300000000000ull
#define WINDOW_SIZE 0x040000000000ull	/* 4 TiB */
#define WINDOW_CLOSED UINT64_MAX	/* no pointer lies in that one */

enum armed_alloc {
	ARMED_BOOT = 1 << 0,	/* the constructor has not run yet */
	ARMED_COUNT = 1 << 1,	/* count objects per thread (gctrace) */
	ARMED_TRACE = 1 << 2,	/* allocation tracing: text, tape or leaks */
	ARMED_FOREIGN = 1 << 3,	/* pointers outside the window can be ours */
	ARMED_OPERATORS = 1 << 4, /* the host has a new or delete of its own:
				   * armed for the operators alone */
	ARMED_MISSING = 1 << 5,	/* there is no room for jemalloc */
};

enum armed_wait {
	ARMED_STATE = 1 << 0,	/* wait wrappers record what they wait for */
	ARMED_CHILD = 1 << 1,	/* a forked child has no thread of ours yet */
	ARMED_LAZY = 1 << 2,	/* the real functions are not looked up yet */
};

/* Hidden, so that they are read relative to the code, before relocation too. */
extern _Atomic uint32_t state_armed_alloc
    __attribute__((visibility("hidden")));
extern _Atomic uint32_t state_armed_wait
    __attribute__((visibility("hidden")));
/* The window's number, WINDOW_BASE / WINDOW_SIZE; WINDOW_CLOSED when armed. */
extern _Atomic uint64_t state_free_window
    __attribute__((visibility("hidden")));

/* What the fast paths of hot.S look sizes up in: jemalloc's table while nothing
 * is armed, else sizes that pass the limit which they compare with next. */
enum { STATE_SIZES = 232 };
extern _Atomic uint64_t state_sizes[STATE_SIZES]
    __attribute__((visibility("hidden")));
/* The same three for C++'s operators, which are armed whenever malloc() and
 * free() are, and while the host has some of its own. */
extern _Atomic uint32_t state_new_armed_alloc
    __attribute__((visibility("hidden")));
extern _Atomic uint64_t state_new_free_window
    __attribute__((visibility("hidden")));
extern _Atomic uint64_t state_new_sizes[STATE_SIZES]
    __attribute__((visibility("hidden")));
/* Tells where jemalloc has that table, which is filled and stays. */
void state_know_sizes(const size_t sizes[STATE_SIZES]);

/* True when the allocation path must take its cold half. */
SIGNAL_SAFE static ALWAYS_INLINE bool
hook_armed(void)
{
	return atomic_load_explicit(&state_armed_alloc,
	    memory_order_relaxed) != 0;
}

/* True when freeing @p is jemalloc's business alone: nothing is armed and @p
 * lies in the window.  NULL, early and foreign pointers give false. */
SIGNAL_SAFE static ALWAYS_INLINE bool
hook_free_is_plain(const void *p)
{
	return (uint64_t)(uintptr_t)p / WINDOW_SIZE ==
	    atomic_load_explicit(&state_free_window, memory_order_relaxed);
}

/* The same two for the operators. */
SIGNAL_SAFE static ALWAYS_INLINE bool
hook_new_armed(void)
{
	return atomic_load_explicit(&state_new_armed_alloc,
	    memory_order_relaxed) != 0;
}

SIGNAL_SAFE static ALWAYS_INLINE bool
hook_new_is_plain(const void *p)
{
	return (uint64_t)(uintptr_t)p / WINDOW_SIZE ==
	    atomic_load_explicit(&state_new_free_window, memory_order_relaxed);
}

SIGNAL_SAFE static ALWAYS_INLINE bool
wait_armed(void)
{
	return atomic_load_explicit(&state_armed_wait,
	    memory_order_relaxed) != 0;
}

/* Sets and clears bits of the armed words, and the free window with them. */
SIGNAL_SAFE void state_arm_alloc(uint32_t set, uint32_t clear);
SIGNAL_SAFE void state_arm_wait(uint32_t set, uint32_t clear);

/* Frees the lock that another thread may have held at the fork. */
void state_after_fork_child(void);

/* What hook_leave() calls, outside the scope, with the fatal signal that
 * arrived inside it (pending_signal). */
typedef void (*deferred_fn)(int sig);
void state_set_deferred(deferred_fn fn);

struct thread;		/* shim/sched/thread.h */

struct tls {
	uint32_t inside;	/* depth of hook scopes; 0 outside */
	uint32_t pending_signal; /* fatal signal that arrived inside; its
				  * handler sets it, hook_leave() takes it */
	struct thread *thread;	/* this thread's record, or NULL so far */
	bool ours;		/* this is the diag thread */
	bool dead;		/* the allocator is done with it */
	int *errno_at;		/* its errno; NULL until it was asked for */
	_Atomic uint64_t *counts; /* what it counts blocks in: its record's;
				   * NULL: not known yet, or not the host's */
	const struct hook_scope *scope;	/* that it is inside of, or was */
	uintptr_t low_water;	/* below it, the stack is looked at closely */
	_Atomic uint64_t given;	/* bytes that it was given and that are in the
				 * sums of ended threads; see sched/given */
};

extern __thread struct tls tls
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

struct hook_scope {
	uintptr_t alive;	/* its own address, until it is written over */
	int saved_errno;
};

/* What the ranks above know about a thread: */
struct hook_helpers {
	/* the stack that @at is on, when it is the thread's own; */
	bool (*stack)(uintptr_t at, uintptr_t *low, uintptr_t *high);
	/* a handler has jumped out of the scope it was in: its locks are to be
	 * given, its half-done work thrown away. */
	void (*mend)(void);
};
void state_set_helpers(const struct hook_helpers *helpers);

/* A hook is not entered with less than this left of the thread's stack. */
enum { HOOK_ROOM = 6 * 1024 };

/* Where the thread's errno is, without a call. */
IN_HOOK static ALWAYS_INLINE int *
state_errno(void)
{
	if (unlikely(tls.errno_at == NULL))
		tls.errno_at = __extension__ ({
			extern int *__errno_location(void)
			    __attribute__((const, nothrow));
			__errno_location();
		});
	return tls.errno_at;
}

/* The cold half of hook_enter(): inside already, or deep in the stack. */
IN_HOOK COLD bool state_may_enter(struct hook_scope *scope);

/* True when no living frame can have what was at @was, where its own address
 * came first; @at is in a living one. */
SIGNAL_SAFE COLD bool state_is_left(uintptr_t was, uintptr_t at);

/* True when the code whose stack pointer is @sp, which a signal has interrupted
 * or which calls this, is inside of a scope.  One that was left is mended. */
SIGNAL_SAFE COLD bool state_is_inside(uintptr_t sp);

/* Returns false when this thread is inside already, is our own thread, or has
 * no room left in its stack; then the event is none of the host's, or is
 * counted as lost by the caller. */
IN_HOOK static inline bool
hook_enter(struct hook_scope *scope)
{
	if (unlikely(tls.inside != 0 || tls.ours ||
	    (uintptr_t)scope < tls.low_water) && !state_may_enter(scope))
		return false;
	scope->alive = (uintptr_t)scope;
	tls.scope = scope;
	tls.inside = 1;
	atomic_signal_fence(memory_order_seq_cst);
	scope->saved_errno = *state_errno();
	return true;
}

/* A fatal signal arrived inside the scope, and its handler only left a note. */
IN_HOOK COLD void state_handle_deferred(void);

IN_HOOK static inline void
hook_leave(const struct hook_scope *scope)
{
	atomic_signal_fence(memory_order_seq_cst);
	tls.inside = 0;
	/* A signal after this store is handled at once, one before it has
	 * left its number. */
	atomic_signal_fence(memory_order_seq_cst);
	if (unlikely(tls.pending_signal != 0))
		state_handle_deferred();
	*state_errno() = scope->saved_errno;
}

/* Inside a scope, while the constructor or the last reports run: what is
 * allocated now is our own business, neither counted nor lost. */
enum { INSIDE_HOOK = 1, INSIDE_OWN_WORK = 2 };
SIGNAL_SAFE static inline void
hook_own_work(void)
{
	tls.inside = INSIDE_OWN_WORK;
	tls.counts = NULL;	/* until it counts again, outside */
}

#endif
