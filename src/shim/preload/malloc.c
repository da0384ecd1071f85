/*
 * malloc - the hot half of calloc and realloc; malloc and free are in hot.S.
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

DIAG_EXPORT void *calloc(size_t n, size_t size);
DIAG_EXPORT void *realloc(void *p, size_t size);

void *
calloc(size_t n, size_t size)
{
	if (likely(!hook_armed()))
		return jem_calloc(1, times(n, size));
	return seen_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	if (likely(hook_free_is_plain(p) && size != 0)) {
		void *q = jem_realloc(p, size);

		/* Unlike its malloc(), jemalloc's realloc() leaves errno. */
		if (unlikely(q == NULL))
			errno = ENOMEM;
		return q;
	}
	return seen_resize(p, size, ENTRY_REALLOC, 0);
}
