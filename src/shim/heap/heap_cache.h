/*
 * heap_cache - what threads' caches of blocks hold.
 *
 * The allocator counts what its arenas give to a thread's cache; what the
 * thread takes out of it is counted there, class by class, and told to the
 * arena when the cache is next filled or emptied.
 *
 * Memory   the caller's.
 * Threads  any; a bin that its thread uses at the same time is as it was a
 *          moment before or after.
 * Fork     nothing to do.
 */
#ifndef DIAG_HEAP_HEAP_CACHE_H
#define DIAG_HEAP_HEAP_CACHE_H

#include <stdint.h>

#include "common/base/attrs.h"

/* jemalloc's cache_bin_t. */
struct heap_bin {
	uint64_t newest;	/* address of the next block's address */
	uint64_t requests;	/* not yet told to an arena */
	uint16_t fewest, all, none;	/* low halves of such addresses */
};

enum { HEAP_BINS = 128 };	/* at most so many, of 24 bytes */

/* Where a thread's bins lie, from the thread pointer on; 0: not known. */
intptr_t heap_bins_at(void);

/* How many there are: one for each of the smallest size classes. */
DETACHED unsigned heap_bins(void);

/* How many blocks the cache holds there. */
unsigned heap_bin_blocks(const struct heap_bin *bin);

#endif
