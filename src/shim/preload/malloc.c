/*
 * malloc - the hot half: one load, one branch, then jemalloc.
 *
 * Nothing else of the allocation family is called often enough to be here; see
 * malloc_glibc.c, jemalloc_api.c, operators.c.
 */
#include <errno.h>
#include <stddef.h>

#include "common/base/attrs.h"
#include "shim/heap/jem.h"
#include "shim/preload/malloc_seen.h"
#include "shim/state/state.h"

DIAG_EXPORT void *malloc(size_t size);
DIAG_EXPORT void *calloc(size_t n, size_t size);
DIAG_EXPORT void *realloc(void *p, size_t size);
DIAG_EXPORT void free(void *p);

void *
malloc(size_t size)
{
	if (likely(!hook_armed()))
		return jem_malloc(AT_LEAST_SMALLEST(size));
	return seen_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	if (likely(!hook_armed()))
		return jem_calloc(1, AT_LEAST_SMALLEST(times(n, size)));
	return seen_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	if (likely(hook_free_is_plain(p) && size != 0)) {
		void *q = jem_realloc(p, AT_LEAST_SMALLEST(size));

		/* Unlike its malloc(), jemalloc's realloc() leaves errno. */
		if (unlikely(q == NULL))
			errno = ENOMEM;
		return q;
	}
	return seen_realloc(p, &(struct want){
	    .size = size,
	    .entry = ENTRY_REALLOC,
	});
}

void
free(void *p)
{
	if (likely(hook_free_is_plain(p)))
		jem_free(p);
	else
		seen_free(p, ENTRY_FREE, 0);
}
