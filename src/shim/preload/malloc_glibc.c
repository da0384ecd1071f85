/*
 * malloc_glibc - the rest of glibc's allocation family, with its contracts.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/alloc/leakscan.h"
#include "shim/heap/heap.h"
#include "shim/heap/jem.h"
#include "shim/preload/early.h"
#include "shim/preload/foreign.h"
#include "shim/preload/malloc_seen.h"

enum { PAGE = 4096 };

DIAG_EXPORT void *memalign(size_t align, size_t size);
DIAG_EXPORT void *aligned_alloc(size_t align, size_t size);
DIAG_EXPORT int posix_memalign(void **out, size_t align, size_t size);
DIAG_EXPORT void *valloc(size_t size);
DIAG_EXPORT void *pvalloc(size_t size);
DIAG_EXPORT void *reallocarray(void *p, size_t n, size_t size);
DIAG_EXPORT void cfree(void *p);
DIAG_EXPORT void free_sized(void *p, size_t size);
DIAG_EXPORT void free_aligned_sized(void *p, size_t align, size_t size);
DIAG_EXPORT size_t malloc_usable_size(void *p);

/* glibc takes any alignment and rounds it up to a power of two; one that
 * cannot be is EINVAL. */
static void *
give_aligned(size_t align, size_t size, enum alloc_entry entry,
    struct stack_origin from)
{
	size_t power = 16;

	if (align > SIZE_MAX / 2 + 1) {
		errno = EINVAL;
		return NULL;
	}
	if (size > PTRDIFF_MAX - align) {
		errno = ENOMEM;
		return NULL;
	}
	while (power < align)
		power <<= 1;
	return seen_alloc(&(struct want){
	    .size = size,
	    .align = power,
	    .entry = entry,
	    .from = from,
	});
}

void *
memalign(size_t align, size_t size)
{
	return give_aligned(align, size, ENTRY_MEMALIGN, STACK_ORIGIN());
}

void *
aligned_alloc(size_t align, size_t size)
{
	return give_aligned(align, size, ENTRY_ALIGNED_ALLOC, STACK_ORIGIN());
}

int
posix_memalign(void **out, size_t align, size_t size)
{
	void *p;

	if (align % sizeof(void *) != 0 || align == 0 ||
	    (align & (align - 1)) != 0)
		return EINVAL;
	p = give_aligned(align, size, ENTRY_POSIX_MEMALIGN, STACK_ORIGIN());
	/* glibc sets errno as well; programs have come to look at it. */
	if (p == NULL)
		return ENOMEM;
	*out = p;
	return 0;
}

void *
valloc(size_t size)
{
	return give_aligned(PAGE, size, ENTRY_VALLOC, STACK_ORIGIN());
}

void *
pvalloc(size_t size)
{
	if (size > PTRDIFF_MAX - PAGE) {
		errno = ENOMEM;
		return NULL;
	}
	return give_aligned(PAGE, (size + PAGE - 1) & ~(size_t)(PAGE - 1),
	    ENTRY_PVALLOC, STACK_ORIGIN());
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(n, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	if (unlikely(foreign_resize_first(&p, all)))
		return p;
	return seen_resize(p, all, ENTRY_REALLOCARRAY, 0);
}

void
cfree(void *p)
{
	seen_free(p, ENTRY_CFREE, 0);
}

/* The sizes are hints, and hosts give wrong ones. */
void
free_sized(void *p, size_t size)
{
	seen_free(p, ENTRY_FREE, 0);
}

void
free_aligned_sized(void *p, size_t align, size_t size)
{
	seen_free(p, ENTRY_FREE, 0);
}

static COLD size_t
usable_elsewhere(void *p)
{
	if (p == NULL)
		return 0;
	if (early_owns(p))
		return early_size(p);
	return heap_owns(p) ? jem_malloc_usable_size(p) : foreign_usable(p);
}

/* Some servers ask this of each block that they get and free. */
size_t
malloc_usable_size(void *p)
{
	leakscan_rooms();
	return likely(heap_in_window(p)) ? jem_malloc_usable_size(p) :
	    usable_elsewhere(p);
}
