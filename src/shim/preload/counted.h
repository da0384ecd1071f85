/*
 * counted - malloc and free while objects are counted and nothing else is.
 *
 * Between the hot half and the cold one: gctrace runs for days, so counting an
 * object must cost next to nothing.
 *
 * Memory   the host's heap.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_COUNTED_H
#define DIAG_PRELOAD_COUNTED_H

#include <stddef.h>

#include "common/base/attrs.h"
#include "shim/alloc/alloctrace.h"

/* Called when something is armed; what is not counting alone goes on to the
 * cold half. */
IN_HOOK void *counted_malloc(size_t size);
IN_HOOK void counted_free(void *p, enum alloc_entry entry);
/* What jemalloc's fast path left of a malloc() that hot.S has counted. */
IN_HOOK void *counted_malloc_rest(size_t size);

#endif
