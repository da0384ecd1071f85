/*
 * classes - the host's blocks by size class.
 *
 * The arenas' statistics count blocks that wait in threads' caches as given
 * out, and learn late what a cache has given out and taken back; so the caches
 * are read where they lie.  When nothing moves meanwhile, the sums are those of
 * all blocks and bytes, which are known from elsewhere.
 *
 * Memory   the caller's struct.
 * Threads  one at a time; not in hooks (it walks the thread records).
 * Fork     nothing to do.
 */
#ifndef DIAG_GC_CLASSES_H
#define DIAG_GC_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/heap/heap.h"

enum { CLASSES_MAX = 256 };

struct block_class {
	uint64_t size;		/* bytes */
	uint64_t nalloc, nfree;	/* blocks; what is live is the difference */
	bool exact;
};

struct classes {
	/* All blocks, of the same moment as the classes when these are exact;
	 * BLOCKS_UNKNOWN: not counted. */
	uint64_t nalloc, nfree;
	unsigned n;
	struct block_class at[CLASSES_MAX];
	struct heap_size_class raw[CLASSES_MAX];
	uint64_t cached[CLASSES_MAX];	/* blocks in caches */
};

/* After heap_stats() has filled @heap. */
DETACHED void classes_look(struct classes *out, const struct heap_stats *heap);

/* Bytes in all blocks ever given. */
uint64_t classes_given(const struct classes *c);

#endif
