/*
 * counted - malloc and free while objects are counted and nothing else is.
 */
#include "shim/preload/counted.h"

#include "shim/heap/jem.h"
#include "shim/preload/count.h"
#include "shim/preload/malloc_seen.h"
#include "shim/state/state.h"

/* hot.S knows these as numbers. */
_Static_assert(WINDOW_SIZE == 1ull << 42, "the size of the window");
_Static_assert(ENTRY_FREE == 13, "the number of free()");

static ALWAYS_INLINE bool
only_counting(void)
{
	return atomic_load_explicit(&state_armed_alloc,
	    memory_order_relaxed) == ARMED_COUNT;
}

void *
counted_malloc(size_t size)
{
	void *p;

	if (unlikely(!only_counting()))
		return seen_malloc(size);
	p = jem_malloc(size);
	if (likely(p != NULL))
		count_alloc();
	return p;
}

void
counted_free(void *p, enum alloc_entry entry)
{
	if (unlikely(!only_counting() ||
	    (uint64_t)(uintptr_t)p - WINDOW_BASE >= WINDOW_SIZE)) {
		seen_free(p, entry, 0);
		return;
	}
	count_free();
	jem_free(p);
}
