/*
 * blocks - how many blocks the host was given and gave back.
 */
#include "shim/trace/blocks.h"

#include "shim/sched/thread.h"
#include "shim/state/state.h"

enum { TRIES = 4 };

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
