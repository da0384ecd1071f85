/*
 * malloc_seen - the cold half of the allocation wrappers.
 *
 * Everything that is not "nothing is armed and the pointer is jemalloc's own"
 * comes here: the first calls of the process, memory of other allocators,
 * counting, and tracing.
 *
 * Memory   the host's heap.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_MALLOC_SEEN_H
#define DIAG_PRELOAD_MALLOC_SEEN_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attrs.h"
#include "shim/alloc/alloctrace.h"

/* glibc promises 16-aligned blocks; jemalloc's 8-byte class is the only one
 * that is not.  heap_start() puts it out of use; before, nobody asks for it. */
#define SMALLEST 9
#define AT_LEAST_SMALLEST(size) ((size) < SMALLEST ? SMALLEST : (size))

/* What was asked for.  @align 0: what malloc gives.  @flags is mallocx()'s and
 * used by its family alone. */
struct want {
	size_t size, align;
	bool zero;
	int flags;
	enum alloc_entry entry;
	struct stack_origin from;	/* how the host called, if known */
};

/* Gives a block, counted and traced; NULL and ENOMEM when there is none. */
IN_HOOK void *seen_alloc(const struct want *w);
/* seen_malloc() and seen_free() are where gctrace counts, and so not COLD: that
 * would have them optimised for size. */
IN_HOOK void *seen_malloc(size_t size);
IN_HOOK COLD void *seen_calloc(size_t n, size_t size);
IN_HOOK COLD void *seen_realloc(void *p, const struct want *w);
/* The same for the function whose last call this is. */
IN_HOOK COLD void *seen_resize(void *p, size_t size, enum alloc_entry entry,
    int flags);
IN_HOOK void seen_free(void *p, enum alloc_entry entry, int flags);

/* n * size, or SIZE_MAX (which no allocation can have). */
static inline size_t
times(size_t n, size_t size)
{
	size_t all;

	return __builtin_mul_overflow(n, size, &all) ? (size_t)-1 : all;
}

#endif
