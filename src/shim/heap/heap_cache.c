/*
 * heap_cache - what threads' caches of blocks hold.
 */
#include "shim/heap/heap_cache.h"

#include <stddef.h>

#include "common/base/mem.h"
#include "shim/heap/fastpath.inc"
#include "shim/heap/heap.h"
#include "shim/heap/heap_room.h"
#include "shim/heap/jem.h"

_Static_assert(sizeof(struct heap_bin) == 24, "jemalloc's cache_bin_t");

intptr_t
heap_bins_at(void)
{
	intptr_t given = heap_given_at();

	return FASTPATH_BINS == 0 || given == 0 ? 0 : given + FASTPATH_BINS;
}

unsigned
heap_bins(void)
{
	uint32_t n = 0;
	size_t bytes = sizeof(n);

	if (heap_is_missing() || heap_bins_at() == 0 ||
	    jem_mallctl("arenas.nhbins", &n, &bytes, NULL, 0) != 0)
		return 0;
	return n <= HEAP_BINS ? n : 0;
}

/* The newest lies lowest. */
unsigned
heap_bin_blocks(const struct heap_bin *bin)
{
	uint16_t held = (uint16_t)(bin->none - (uint16_t)bin->newest);
	uint16_t most = (uint16_t)(bin->none - bin->all);

	return MIN(held, most) / (unsigned)sizeof(void *);
}
