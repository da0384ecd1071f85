/*
 * heap - the only code that knows jemalloc: its statistics, and where its
 * time goes.
 *
 * The archive's calls of mmap, munmap, madvise and mprotect come here
 * (heap_sys_*): each is counted, and, while heap_time(true), timed and
 * attributed to who paid: an application thread, jemalloc's background
 * thread, or a purge that somebody asked for (forced).  Mappings are placed in
 * the address window of shim/state.
 *
 * Memory   static counters.
 * Threads  counters are atomic; heap_stats() is for our own thread or for the
 *          end of the process (it takes jemalloc's ctl lock).
 * Fork     counters go on in the child.
 */
#ifndef DIAG_HEAP_HEAP_H
#define DIAG_HEAP_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/state/state.h"

enum heap_payer { PAYER_APP, PAYER_BACKGROUND, PAYER_FORCED, PAYERS };
enum heap_call { CALL_MAP, CALL_PURGE, CALL_UNMAP, HEAP_CALLS };

/* Totals since the process started.  Times are 0 for calls made before
 * heap_time(true). */
struct heap_calls {
	struct {
		uint64_t count, pages, wall_ns, cpu_ns[PAYERS];
	} call[HEAP_CALLS];
};

struct heap_arena {
	unsigned index;
	unsigned threads;
	uint64_t active, dirty, muzzy, retained;	/* bytes */
	uint64_t npurge, nmadvise, purged_pages;	/* dirty and muzzy */
};

/* One refreshed look at jemalloc; bytes. */
struct heap_stats {
	uint64_t allocated;	/* handed out, thread caches included */
	uint64_t tcache_bytes;	/* in thread caches: live = allocated - this */
	uint64_t tcache_max;	/* the largest block that they keep */
	uint64_t active, resident, mapped, retained, metadata, metadata_thp;
	uint64_t dirty, muzzy;
	uint64_t npurge, nmadvise, purged_pages;
	uint64_t base, internal;
	unsigned narenas;
	uint64_t epoch;
};

/* Memory attributes, and switches on the timing of system calls. */
void heap_time(bool on);
void heap_calls(struct heap_calls *out);

/* Refreshes jemalloc's epoch and reads; 0 or a negative errno. */
DETACHED int heap_stats(struct heap_stats *out);
/* Fills at most @max arenas that exist; returns how many there are. */
DETACHED unsigned heap_arenas(struct heap_arena *out, unsigned max);

struct heap_size_class {
	uint64_t size;
	uint64_t nmalloc, ndalloc;	/* by the arenas: to the caches, too */
	uint64_t live;			/* nmalloc - ndalloc */
	uint64_t nrequests;		/* the caches have told of these */
};
/* Fills at most @max size classes, small and large, after heap_stats(). */
DETACHED unsigned heap_size_classes(struct heap_size_class *out, unsigned max);

/* Purges every arena now, as a forced cycle. */
DETACHED int heap_purge(void);

/* No page goes back to the kernel from here on, and no clock is read for it:
 * the host gives away the right to either. */
void heap_hold(void);

/* The calling thread is diag's own: it shall have no cache of blocks and no
 * share in the arenas that jemalloc deals out to threads. */
void heap_thread_is_ours(void);

/* Where the allocator counts the bytes that it has given to a thread, from the
 * thread pointer on, the same place in all; 0: not known. */
intptr_t heap_given_at(void);

/* Called on each thread that ends and has used the allocator, when that is done
 * with it; again when other destructors have used it since. */
typedef void (*heap_thread_end_fn)(void);
void heap_on_thread_end(heap_thread_end_fn fn);

/* True when @p came from the embedded allocator (window or recorded mapping
 * outside it). */
IN_HOOK bool heap_owns(const void *p);
/* True when it is in the window, as nearly all are that it owns. */
SIGNAL_SAFE static ALWAYS_INLINE bool
heap_in_window(const void *p)
{
	return (uint64_t)(uintptr_t)p - WINDOW_BASE < WINDOW_SIZE;
}

/* The whole machinery of fork for the allocator; called by preload/fork.c. */
void heap_before_fork(void);
void heap_after_fork_parent(void);
void heap_after_fork_child(void);

/* Starts jemalloc, and has it give 16 bytes where 8 would do: glibc promises
 * that every block is 16-aligned.  False when there is no room for it.  Of the
 * smallest class, HEAP_SMALLEST bytes, one block is given and taken back there,
 * and none ever after. */
bool heap_start(void);
enum { HEAP_SMALLEST = 8 };

/* True when the calling thread is inside jemalloc with a lock held: a signal
 * handler interrupted it. */
SIGNAL_SAFE bool heap_interrupted(void);

/* What jemalloc wanted to do at exit (the host's stats_print:true). */
void heap_at_exit(void);
/* jemalloc's warnings go to the host's malloc_message, or nowhere. */
void heap_start_messages(void);

/* The thread that @create starts with @start is jemalloc's background
 * thread. */
typedef int (*heap_thread_create_fn)(void *thread, const void *attr,
    void *(*start)(void *), void *arg);
/* How jemalloc creates its background thread: installed by preload. */
void heap_set_thread_create(heap_thread_create_fn create);

#endif
