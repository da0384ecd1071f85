/*
 * pool_oldest - since when the oldest task waits, where tasks are taken in the
 * order they came in: then those that wait are the newest ones.
 *
 * A lane keeps the stamps of its newest tasks, of every eighth before, of
 * every 64th, and so on: the longer the queue, the coarser, and never wrong by
 * more than a sixteenth of the queue.
 */
#include "shim/sched/pool_state.h"

/* Precise enough for a time that is searched for: about a microsecond. */
enum { CLOSE_ENOUGH = 1 << 12 };

/* Where stamps of tasks from number @i on are known in a lane that has @end. */
static unsigned
level_of(uint64_t i, uint64_t end)
{
	unsigned level = 0;

	while (level < RECENT_LEVELS &&
	    end - i >= (uint64_t)(RECENT - 1) << RECENT_SHIFT * level)
		level++;
	return level;
}

/* The stamp of task number @i, or of one soon after it; 0: not known. */
static uint64_t
stamp_of(const struct pool_submit *s, uint64_t i, uint64_t end)
{
	unsigned level = level_of(i, end), shift = RECENT_SHIFT * level;
	uint64_t k;

	if (level == RECENT_LEVELS)
		return 0;
	k = (i + (1ull << shift) - 1) >> shift;
	if (k << shift >= end)
		k--;
	return atomic_load_explicit(&s->recent[level][k % RECENT],
	    memory_order_relaxed);
}

/* How many tasks of the lane were queued at @time or later. */
static uint64_t
newer_than(const struct pool_submit *s, uint64_t end, uint64_t time)
{
	uint64_t low = 0, high = end;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;
		uint64_t stamp = stamp_of(s, mid, end);

		if (stamp != 0 && stamp >= time)
			high = mid;
		else
			low = mid + 1;
	}
	return end - low;
}

struct lanes {
	const struct pool_submit *lane[SUBMIT_LANES + 1];
	uint64_t end[SUBMIT_LANES + 1];
	unsigned count;
};

static void
collect(const struct pool *p, struct lanes *all)
{
	for (unsigned i = 0; i <= SUBMIT_LANES; i++) {
		const struct pool_submit *s = i < SUBMIT_LANES ?
		    &p->submit[i] : &p->rest_submit;
		uint64_t end = atomic_load_explicit(&s->queued,
		    memory_order_acquire);

		if (end == 0)
			continue;
		all->lane[all->count] = s;
		all->end[all->count++] = end;
	}
}

static uint64_t
search(const struct lanes *all, uint64_t n, uint64_t from, uint64_t to)
{
	while (to - from > CLOSE_ENOUGH) {
		uint64_t mid = from + (to - from) / 2, newer = 0;

		for (unsigned i = 0; i < all->count; i++)
			newer += newer_than(all->lane[i], all->end[i], mid);
		if (newer >= n)
			from = mid;
		else
			to = mid;
	}
	return from;
}

uint64_t
pool_nth_newest(const struct pool *p, uint64_t n, uint64_t now,
    bool *estimated)
{
	struct lanes all = { .count = 0 };
	uint64_t armed = atomic_load(&pool_armed_since);

	*estimated = false;
	collect(p, &all);
	if (all.count == 0 || n == 0)
		return 0;
	if (all.count > 1) {
		*estimated = n >= RECENT;
		return search(&all, n, armed, MAX(now, armed));
	}
	if (n > all.end[0])
		return 0;
	*estimated = level_of(all.end[0] - n, all.end[0]) != 0;
	return stamp_of(all.lane[0], all.end[0] - n, all.end[0]);
}
