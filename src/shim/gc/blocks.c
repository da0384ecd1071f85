/*
 * blocks - the host's share of the heap.
 */
#include "shim/gc/blocks.h"

#include "shim/heap/heap.h"
#include "shim/sched/given.h"
#include "shim/sched/thread.h"
#include "shim/state/state.h"
#include "shim/ticker/ticker.h"

enum { TRIES = 4 };

void
blocks_start(void)
{
	given_start(heap_given_at());
	heap_on_thread_end(given_end);
	state_arm_alloc(ARMED_COUNT, 0);
}

bool
blocks_given(uint64_t *bytes)
{
	if ((atomic_load(&state_armed_alloc) & ARMED_COUNT) == 0 ||
	    !given_sum(bytes))
		return false;
	*bytes -= MIN((uint64_t)HEAP_SMALLEST, *bytes);	/* heap_start()'s */
	return true;
}

/* The host goes on while the threads' counters are read one by one, so a block
 * can be seen freed that was not yet seen allocated: then we look again. */
bool
blocks_count(uint64_t *nalloc, uint64_t *nfree)
{
	struct thread_totals all;

	*nalloc = *nfree = BLOCKS_UNKNOWN;
	if ((atomic_load(&state_armed_alloc) & ARMED_COUNT) == 0)
		return false;
	for (int i = 0; i < TRIES; i++) {
		thread_totals(&all);
		*nfree = all.nfree;
		*nalloc = all.nalloc;
		if (*nfree <= *nalloc)
			return true;
	}
	*nfree = *nalloc;
	return true;
}

/* The diag thread is in the first arena; see heap_thread_is_ours(). */
unsigned
blocks_arenas(struct heap_arena *out, unsigned max)
{
	unsigned n = heap_arenas(out, max);

	if (n != 0 && max != 0 && out[0].index == 0 && out[0].threads != 0 &&
	    ticker_tid() != 0)
		out[0].threads--;
	return n;
}
