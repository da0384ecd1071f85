/*
 * rss - where the resident memory went.
 *
 * One look at /proc/self/smaps gives every mapping's resident bytes; they are
 * added up by what the mapping is: the allocator's window, a thread's stack, a
 * file, diag's own, or none of these.  What is resident in the window is then
 * told apart by jemalloc's statistics.  The parts add up to the whole, always:
 *
 *   live           blocks the host holds
 *   fragmentation  free room in pages that hold such blocks
 *   thread caches  freed blocks that threads keep for themselves
 *   dirty          whole free pages kept for reuse (dirty and muzzy)
 *   metadata       jemalloc's own structures
 *   stacks         thread stacks, the main thread's too
 *   files          mapped files (code, data) and shared memory
 *   diag           libdiag.so, its data and its mappings
 *   other          the host's own anonymous mappings, bss, brk
 *
 * jemalloc counts pages it gave out, the kernel pages that were touched.  Where
 * the kernel's number is smaller the difference is memory nobody touched yet:
 * it is taken from metadata and thread caches first (jemalloc's radix tree and
 * the arrays of caches are mostly untouched), then from live, fragmentation and
 * dirty, in proportion, and what was reduced is marked with a "~".
 *
 * Memory   static, and a mapped table of stack addresses.
 * Threads  the diag thread; rss_look() also an exiting one: one at a time.
 * Fork     nothing to do.
 */
#ifndef DIAG_GC_RSS_H
#define DIAG_GC_RSS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "shim/heap/heap.h"

#define RSS_UNKNOWN UINT64_MAX

/* Resident bytes by kind of mapping. */
struct rss_map {
	uint64_t total;
	uint64_t heap, stacks, files, diag, other;
	uint64_t swapped;
	uint64_t stack_space;	/* of @stacks: mapped, resident or not */
};

enum rss_part {
	RSS_LIVE, RSS_FRAGMENTATION, RSS_TCACHE, RSS_DIRTY, RSS_METADATA,
	RSS_STACKS, RSS_FILES, RSS_DIAG, RSS_OTHER, RSS_PARTS
};

struct rss_parts {
	uint64_t total;
	uint64_t part[RSS_PARTS];	/* bytes; the sum is @total */
	bool estimated[RSS_PARTS];
};

/* Reads smaps; 0 or a negative errno. */
DETACHED int rss_look(struct rss_map *out);
void rss_split(const struct rss_map *map, const struct heap_stats *heap,
    struct rss_parts *out);
/* "# RSS 412.0 MB = live 210.3 + ...": the printed numbers add up too. */
void rss_print(struct buf *b, const struct rss_parts *parts);

/* Resident thread stacks, and writable data of loaded objects (its size), as
 * gctrace prints them.  Cheaper than rss_look() (it does not walk the heap's
 * pages), and looked up again only as often as one part in 500 of the time
 * allows.  RSS_UNKNOWN when not on the diag thread and never looked up. */
void rss_quick(uint64_t *stacks, uint64_t *globals);

#endif
