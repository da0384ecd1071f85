/*
 * memstats_print - the text of a MemStats dump.
 *
 * Memory   the caller's struct.
 * Threads  pure, but for the sink at the end of each record.
 * Fork     nothing to do.
 */
#ifndef DIAG_GC_MEMSTATS_PRINT_H
#define DIAG_GC_MEMSTATS_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/gc/classes.h"
#include "shim/gc/gctrace.h"
#include "shim/gc/rss.h"
#include "shim/heap/heap.h"
#include "shim/ticker/lines.h"

enum { MEMSTATS_ARENAS = 256, MEMSTATS_PAUSES = 100 };

/* All that a dump tells, as of one look. */
struct memstats_look {
	struct heap_stats heap;
	struct classes classes;
	unsigned narenas;	/* all there are: can be more than fit */
	struct heap_arena arena[MEMSTATS_ARENAS];
	uint64_t nalloc, nfree;		/* BLOCKS_UNKNOWN: not counted */
	bool has_given;			/* @given is exact */
	uint64_t given;			/* bytes, counted as Alloc is */
	bool has_cycles;		/* gctrace is on: @gc is known */
	struct gc_figures gc;
	uint64_t elapsed_ns, cpus_hundredths;
	bool has_rss;
	struct rss_map map;
	struct rss_parts parts;
	uint64_t max_rss;
	uint64_t diag_bytes, diag_cpu_ns, dropped;
};

void memstats_print(struct lines *out, const struct memstats_look *l);

#endif
