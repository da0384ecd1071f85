/*
 * histogram - counts by the length of a duration, and quantiles of them.
 */
#include "shim/sched/histogram.h"

#include <stdbool.h>
#include <string.h>

void
histogram_add_shared(struct histogram *h, uint64_t ns, unsigned times)
{
	uint64_t max = __atomic_load_n(&h->max_ns, __ATOMIC_RELAXED);

	__atomic_fetch_add(&h->bucket[histogram_bucket(ns)], times,
	    __ATOMIC_RELAXED);
	__atomic_fetch_add(&h->count, times, __ATOMIC_RELAXED);
	__atomic_fetch_add(&h->sum_ns, times * ns, __ATOMIC_RELAXED);
	while (ns > max && !__atomic_compare_exchange_n(&h->max_ns, &max, ns,
	    true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* The shortest duration of a bucket; of the first one, 0. */
static uint64_t
begin_of(unsigned i)
{
	unsigned doubling = i / HISTOGRAM_PARTS;

	if (i == 0)
		return 0;
	return (uint64_t)(HISTOGRAM_PARTS + i % HISTOGRAM_PARTS) <<
	    (doubling + HISTOGRAM_FIRST_BIT - 4);
}

static uint64_t
middle_of(unsigned i)
{
	return begin_of(i) + (begin_of(i + 1) - begin_of(i)) / 2;
}

uint64_t
histogram_quantile(const struct histogram *h, unsigned permille)
{
	uint64_t all = 0, wanted, seen = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		all += h->bucket[i];
	if (all == 0)
		return 0;
	/* The smallest one that at least this share is not longer than. */
	wanted = MAX((all * permille + 999) / 1000, 1);
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen >= wanted)
			return MIN(middle_of(i), h->max_ns);
	}
	return h->max_ns;
}

void
histogram_merge(struct histogram *into, const struct histogram *from)
{
	into->count += __atomic_load_n(&from->count, __ATOMIC_RELAXED);
	into->sum_ns += __atomic_load_n(&from->sum_ns, __ATOMIC_RELAXED);
	into->max_ns = MAX(into->max_ns,
	    __atomic_load_n(&from->max_ns, __ATOMIC_RELAXED));
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->bucket[i] += __atomic_load_n(&from->bucket[i],
		    __ATOMIC_RELAXED);
}

void
histogram_since(struct histogram *out, const struct histogram *now,
    const struct histogram *before)
{
	unsigned last = 0;

	out->count = now->count - before->count;
	out->sum_ns = now->sum_ns - before->sum_ns;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		out->bucket[i] = now->bucket[i] - before->bucket[i];
		if (out->bucket[i] != 0)
			last = i;
	}
	out->max_ns = MAX(now->max_ns, begin_of(last));
}

void
histogram_clear(struct histogram *h)
{
	memset(h, 0, sizeof(*h));
}
