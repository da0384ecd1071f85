/*
 * ticks - the rate of the time stamp counter.
 */
#include "common/base/ticks.h"

#include <stdbool.h>

/* Long enough for a rate that is right within a part in ten thousand. */
#define FIRST_NS (200 * NS_PER_US)

uint64_t ticks_rate;

/* Written by ticks_init(); the last pair by ticks_calibrate() too, and read
 * by anybody, so it changes under a counter that is odd meanwhile. */
static struct stamp_pair first;
static struct {
	uint32_t changes;
	struct stamp_pair pair;
} last;

static void
set_last(const struct stamp_pair *now)
{
	uint32_t n = __atomic_load_n(&last.changes, __ATOMIC_RELAXED);

	__atomic_store_n(&last.changes, n + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	__atomic_store_n(&last.pair.stamp, now->stamp, __ATOMIC_RELAXED);
	__atomic_store_n(&last.pair.ns, now->ns, __ATOMIC_RELAXED);
	__atomic_store_n(&last.changes, n + 2, __ATOMIC_RELEASE);
}

static struct stamp_pair
get_last(void)
{
	struct stamp_pair p;
	uint32_t before, after;

	do {
		before = __atomic_load_n(&last.changes, __ATOMIC_ACQUIRE);
		p.stamp = __atomic_load_n(&last.pair.stamp, __ATOMIC_RELAXED);
		p.ns = __atomic_load_n(&last.pair.ns, __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		after = __atomic_load_n(&last.changes, __ATOMIC_RELAXED);
	} while (before != after || (before & 1) != 0);
	return p;
}

static void
set_rate(const struct stamp_pair *now)
{
	uint64_t ns = now->ns - first.ns, span = now->stamp - first.stamp;

	if (span == 0)
		return;
	__atomic_store_n(&ticks_rate, (uint64_t)((__extension__
	    (unsigned __int128)ns << TICKS_RATE_BITS) / span),
	    __ATOMIC_RELAXED);
}

void
ticks_init(void)
{
	struct stamp_pair now;

	if (__atomic_load_n(&ticks_rate, __ATOMIC_RELAXED) != 0)
		return;
	stamp_init();
	first = stamp_pair();
	do
		now = stamp_pair();
	while (now.ns - first.ns < FIRST_NS);
	set_last(&now);
	if (stamp_is_tsc)
		set_rate(&now);
	else
		__atomic_store_n(&ticks_rate, 1ull << TICKS_RATE_BITS,
		    __ATOMIC_RELAXED);
}

void
ticks_calibrate(void)
{
	struct stamp_pair now;

	if (__atomic_load_n(&ticks_rate, __ATOMIC_RELAXED) == 0 ||
	    !stamp_is_tsc)
		return;
	now = stamp_pair();
	set_last(&now);
	set_rate(&now);
}

uint64_t
ticks_to_clock_ns(uint64_t ticks)
{
	struct stamp_pair p = get_last();

	if (ticks >= p.stamp)
		return p.ns + ticks_to_ns(ticks - p.stamp);
	return p.ns - ticks_to_ns(p.stamp - ticks);
}
