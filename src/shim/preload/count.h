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
	struct thread *t = tls.thread;

	if (likely(t != NULL && tls.inside != INSIDE_OWN_WORK))
		count_one(&t->nalloc);
	else
		count_alloc_slowly();
}

static ALWAYS_INLINE void
count_free(void)
{
	struct thread *t = tls.thread;

	if (likely(t != NULL && tls.inside != INSIDE_OWN_WORK))
		count_one(&t->nfree);
	else
		count_free_slowly();
}

#endif
