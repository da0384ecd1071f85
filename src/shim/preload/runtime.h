/*
 * runtime - pools of known runtimes, watched at the runtimes' own functions.
 *
 * We export some functions of libuv, GLib and APR, so their objects' calls and
 * the host's come to us first.  Every such name is a jump through a slot
 * (runtime_stubs.S).  While nothing is armed the slot leads to the runtime.
 * While schedtrace is on, and the runtime is one that its adapter knows, the
 * slot leads to the adapter's cold half, or the call is noted on its way.  One
 * copy of a runtime is watched: the one that every object finds first, or the
 * first that a dlopen() brought.
 *
 * It differs from adapt.h in what it needs: no signature (libuv has forty
 * functions of which one argument matters), the caller's address (some calls
 * mean something only inside the runtime), and an answer for each caller where
 * a process has copies of a runtime that are not global.
 *
 * Memory   static; each adapter's own.
 * Threads  any.
 * Fork     runtime_after_fork_child().
 */
#ifndef DIAG_PRELOAD_RUNTIME_H
#define DIAG_PRELOAD_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/preload/runtime_find.h"
#include "shim/preload/runtime_names.h"
#include "shim/sched/pool.h"
#include "shim/sched/taskmap.h"

#define X(name) N_##name,
enum runtime_name { RUNTIME_NAMES(X) RUNTIME_COUNT };
#undef X

/* Instead of a cold half: the call is noted and goes on to the runtime. */
#define RUNTIME_NOTED ((void *)(uintptr_t)1)

/* One runtime. */
struct runtime {
	const char *title;	/* "libuv", for notices */
	const char *soname;	/* of the object that is watched */
	unsigned first, end;	/* its names */
	const char *const *symbols;	/* NULL: they are its symbols */
	void *const *cold;	/* by name - first; NULL: nothing to watch */
	/* Is it one we know?  Prepares for it, and says so when it is not. */
	bool (*begin)(const struct found *in);
	void (*note)(unsigned name, const uintptr_t *args);
	void *absent;		/* what a call does that nobody can serve */
	void (*after_fork_child)(void);
};
extern const struct runtime adapt_uv, adapt_glib, adapt_apr, adapt_gomp,
    adapt_tbb;

/* The functions of the copy that is watched. */
extern void *runtime_real[RUNTIME_COUNT] __attribute__((visibility("hidden")));
#define RUNTIME_REAL(name, type) ((type)(uintptr_t)runtime_real[N_##name])

/* A task found no room; says so. */
COLD void runtime_lose_task(void);

/* In the constructor, when DIAG has been read. */
void runtime_start(bool watch);
void runtime_after_fork_child(void);

/* The host creates a thread; a thread begins (on it). */
void runtime_thread_created(const void *start, void *arg);
void runtime_thread_begins(const void *start, void *arg);

/* What a thread carries for the adapters. */
struct runtime_tls {
	bool watches_futex;	/* GLib's: see runtime_futex_waits() */
	bool glib_busy, glib_creates;
	uint8_t uv_way;		/* adapt_uv.c: enum way */
	bool uv_worker;
	bool apr_busy;
	uint32_t glib_slot;	/* whose worker it is, + 1; 0: none */
	uint32_t glib_life;
	struct pool_stamp stamp;	/* of the task at work */
	uintptr_t uv_work, uv_guard;
	const void *uv_task;		/* the worker's; NULL: idle */
	const void *apr_me;		/* whose worker it is */
	struct pool *apr_pool;
	uintptr_t apr_frame;
	struct apr_call *apr_call;
};
extern __thread struct runtime_tls runtime_tls
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* A thread is about to wait in the kernel, at this word. */
void adapt_glib_waits(const void *word);
static inline void
runtime_futex_waits(const void *word)
{
	if (unlikely(runtime_tls.watches_futex))
		adapt_glib_waits(word);
}
void adapt_glib_created(const void *start, void *arg);
void adapt_glib_begins(const void *start, void *arg);

#endif
