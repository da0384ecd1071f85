/*
 * blocks - the host's share of the heap: how many blocks it was given and gave
 * back, how many bytes, and its threads in each arena.
 *
 * Memory   none.
 * Threads  any; not in hooks (it walks the thread records).
 * Fork     the child goes on from the parent's numbers.
 */
#ifndef DIAG_GC_BLOCKS_H
#define DIAG_GC_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/heap/heap.h"

/* Exact totals with @nfree <= @nalloc, when objects are counted at all;
 * otherwise false, and both are BLOCKS_UNKNOWN. */
#define BLOCKS_UNKNOWN UINT64_MAX
bool blocks_count(uint64_t *nalloc, uint64_t *nfree);

/* Objects and bytes are counted from here on; before there are threads. */
void blocks_start(void);

/* What all blocks that were ever given out had room for, ours included; false
 * when that is not known to the byte. */
DETACHED bool blocks_given(uint64_t *bytes);

/* heap_arenas(), with our own thread not counted. */
DETACHED unsigned blocks_arenas(struct heap_arena *out, unsigned max);

#endif
