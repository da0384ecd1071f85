/*
 * state - the words every wrapper looks at, and what each thread carries.
 *
 * One word says whether anything is armed in the allocation path, one whether
 * anything is armed in the waiting path.  A wrapper does one relaxed load and
 * one branch; everything else is behind it, in cold files.  free() needs the
 * test "is this pointer of our allocator's address window" too; both tests are
 * one: the window that pointers are compared with is none while anything is
 * armed.
 *
 * The hook scope keeps our own code out of our own hooks: hook_enter() fails
 * when this thread is inside already (our own call, or a signal handler that
 * interrupted us), keeps errno, and hook_leave() gives it back.
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
	bool dead;		/* its TLS destructors have run */
};

extern __thread struct tls tls
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

struct hook_scope {
	int saved_errno;
};

/* Events that were lost because they happened while the thread was inside a
 * hook already (a signal handler that allocates); printed at the end. */
extern _Atomic uint64_t state_nested_events
    __attribute__((visibility("hidden")));

/* Returns false when this thread is inside already, or is our own thread; then
 * the event is none of the host's, or is counted as lost by the caller. */
IN_HOOK static inline bool
hook_enter(struct hook_scope *scope)
{
	if (tls.inside != 0 || tls.ours)
		return false;
	tls.inside = 1;
	atomic_signal_fence(memory_order_seq_cst);
	scope->saved_errno = *__extension__ ({
		extern int *__errno_location(void)
		    __attribute__((const, nothrow));
		__errno_location();
	});
	return true;
}

IN_HOOK void hook_leave(struct hook_scope *scope);

/* Inside a scope, while the constructor or the last reports run: what is
 * allocated now is our own business, neither counted nor lost. */
enum { INSIDE_HOOK = 1, INSIDE_OWN_WORK = 2 };
SIGNAL_SAFE static inline void
hook_own_work(void)
{
	tls.inside = INSIDE_OWN_WORK;
}

#endif
