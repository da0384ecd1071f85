/*
 * histogram - how often durations of each length came, in bounded memory.
 *
 * There are 16 buckets per doubling: the middle of a bucket is within 3.2 % of
 * every duration in it.  The largest duration is kept as it is.
 *
 * Memory   the caller's; all zero is an empty one.
 * Threads  histogram_add() by one thread, histogram_add_shared() by any; who
 *          reads meanwhile sees a moment of it, no bucket torn.
 * Fork     none.
 */
#ifndef DIAG_SCHED_HISTOGRAM_H
#define DIAG_SCHED_HISTOGRAM_H

#include <stdint.h>

#include "common/base/attrs.h"

/* From 64 ns to 4.8 hours; what is shorter is in the first bucket, what is
 * longer in the last. */
enum {
	HISTOGRAM_FIRST_BIT = 6, HISTOGRAM_PARTS = 16,
	HISTOGRAM_BUCKETS = HISTOGRAM_PARTS * 38
};

struct histogram {
	uint64_t count, sum_ns, max_ns;
	uint32_t bucket[HISTOGRAM_BUCKETS];
};

SIGNAL_SAFE static ALWAYS_INLINE unsigned
histogram_bucket(uint64_t ns)
{
	unsigned bit, i;

	if (ns < 1u << HISTOGRAM_FIRST_BIT)
		return 0;
	bit = 63u - (unsigned)__builtin_clzll(ns);
	i = (bit - HISTOGRAM_FIRST_BIT) * HISTOGRAM_PARTS +
	    (unsigned)(ns >> (bit - 4) & (HISTOGRAM_PARTS - 1));
	return MIN(i, HISTOGRAM_BUCKETS - 1u);
}

#define histogram_grow_(word, n) \
	__atomic_store_n(&(word), __atomic_load_n(&(word), \
	    __ATOMIC_RELAXED) + (n), __ATOMIC_RELAXED)

IN_HOOK static ALWAYS_INLINE void
histogram_add(struct histogram *h, uint64_t ns)
{
	histogram_grow_(h->bucket[histogram_bucket(ns)], 1);
	histogram_grow_(h->count, 1);
	histogram_grow_(h->sum_ns, ns);
	if (ns > __atomic_load_n(&h->max_ns, __ATOMIC_RELAXED))
		__atomic_store_n(&h->max_ns, ns, __ATOMIC_RELAXED);
}

/* The same where several threads add; it came @times. */
IN_HOOK void histogram_add_shared(struct histogram *h, uint64_t ns,
    unsigned times);

/* The duration below which @permille of them lie; 0 when there are none. */
uint64_t histogram_quantile(const struct histogram *h, unsigned permille);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* What @now has and @before, an earlier state of it, had not; @now's largest
 * is that of the time in between, and is raised to its bucket where a moment's
 * race made it too small. */
void histogram_since(struct histogram *out, const struct histogram *now,
    const struct histogram *before);
/* Forgets everything; the caller sees to it that nobody adds. */
void histogram_clear(struct histogram *h);

#endif
