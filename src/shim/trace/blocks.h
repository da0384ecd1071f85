/*
 * blocks - how many blocks the host was given and gave back.
 *
 * Memory   none.
 * Threads  any; not in hooks (it walks the thread records).
 * Fork     the child goes on from the parent's numbers.
 */
#ifndef DIAG_TRACE_BLOCKS_H
#define DIAG_TRACE_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* Exact totals with @nfree <= @nalloc, when objects are counted at all;
 * otherwise false, and both are BLOCKS_UNKNOWN. */
#define BLOCKS_UNKNOWN UINT64_MAX
bool blocks_count(uint64_t *nalloc, uint64_t *nfree);

#endif
