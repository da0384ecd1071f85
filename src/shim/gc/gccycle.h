/*
 * gccycle - one heap cycle: the difference of two looks at the heap, and the
 * line that tells it.
 *
 * Memory   the caller's structs.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_GC_GCCYCLE_H
#define DIAG_GC_GCCYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "shim/heap/heap.h"

enum gc_reason { GC_PURGE, GC_GROW, GC_FORCED, GC_EXIT };

#define GC_UNKNOWN UINT64_MAX
#define GC_GOAL_LEAST (4 * MIB)

/* A look at the heap. */
struct gc_look {
	struct heap_calls calls;
	struct heap_stats heap;
};

/* The figures of a line; bytes and nanoseconds. */
struct gc_cycle {
	uint64_t number;
	uint64_t elapsed_ns;		/* since the process started */
	uint64_t timed_ns;		/* since calls are timed */
	uint64_t cpu_all_ns;		/* of all cycles since then */
	uint64_t cpus_hundredths;
	unsigned cpus;
	uint64_t wall_ns[HEAP_CALLS];	/* of this cycle */
	uint64_t cpu_ns[PAYERS];
	uint64_t before, after, live, goal;
	uint64_t stacks, globals;	/* GC_UNKNOWN prints "-" */
	uint64_t nalloc, nfree;		/* GC_UNKNOWN: not counted */
	uint64_t passes, calls, pages;
	unsigned arenas;
	enum gc_reason reason;
};

/* What @a has more than @b; 0 when it has less, as a counter that went back has
 * (an arena was reset). */
static inline uint64_t
gc_less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Resident heap as jemalloc counts it: active, dirty and muzzy pages. */
uint64_t gccycle_resident(const struct heap_stats *h);
/* What the host holds: without what thread caches hold, and without the blocks
 * that jemalloc allocated for itself. */
uint64_t gccycle_live(const struct heap_stats *h);
/* The live size at which growth prints the next line. */
uint64_t gccycle_goal(uint64_t live);
/* All CPU time in @c. */
uint64_t gccycle_cpu(const struct heap_calls *c);
/* The time application threads stood still in @c: of its wall time, what is
 * theirs by CPU time. */
uint64_t gccycle_pause(const struct gc_cycle *c);

/* Pages that went back to the kernel from @from to @to. */
uint64_t gccycle_given_back(const struct gc_look *from,
    const struct gc_look *to);

/* Fills the times, sizes and sweeps of @c with what happened from @from to
 * @to; @c->before is the caller's. */
void gccycle_between(struct gc_cycle *c, const struct gc_look *from,
    const struct gc_look *to);

/* The line, without its newline. */
void gccycle_print(struct buf *b, const struct gc_cycle *c);

/* An arena's line: what happened in it from @from (NULL: it is new) to @to.
 * @purge_ns of the whole cycle is shared out by system calls (@calls in all);
 * when other arenas had a share too, the result is marked as an estimate. */
void gccycle_print_arena(struct buf *b, const struct heap_arena *from,
    const struct heap_arena *to, uint64_t purge_ns, uint64_t calls);

#endif
