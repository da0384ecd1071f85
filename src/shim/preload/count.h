/*
 * count - objects given and taken back, per thread, as cheaply as can be.
 *
 * The thread's own counters grow by one instruction: no other thread writes
 * them, and a signal handler cannot come between load and store.
 *
 * Memory   the thread's record.
 * Threads  the owner counts, any thread reads.
 * Fork     the child keeps the calling thread's counters.
 */
#ifndef DIAG_PRELOAD_COUNT_H
#define DIAG_PRELOAD_COUNT_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/thread.h"
#include "shim/state/state.h"

/* The places of nalloc and nfree, from tls.counts on. */
enum { COUNT_ALLOC, COUNT_FREE };

/* Counts for a thread that has no record, or makes it one. */
IN_HOOK COLD void count_alloc_slowly(void);
IN_HOOK COLD void count_free_slowly(void);

static ALWAYS_INLINE void
count_one(_Atomic uint64_t *n)
{
	__asm__ volatile("incq %0" : "+m"(*n));
}

static ALWAYS_INLINE void
count_alloc(void)
{
	_Atomic uint64_t *counts = tls.counts;

	if (likely(counts != NULL))
		count_one(&counts[COUNT_ALLOC]);
	else
		count_alloc_slowly();
}

/* The block that this thread's record counted last did not come about. */
static ALWAYS_INLINE void
uncount_alloc(void)
{
	__asm__ volatile("decq %0" : "+m"(tls.thread->nalloc));
}

static ALWAYS_INLINE void
count_free(void)
{
	_Atomic uint64_t *counts = tls.counts;

	if (likely(counts != NULL))
		count_one(&counts[COUNT_FREE]);
	else
		count_free_slowly();
}

#endif
