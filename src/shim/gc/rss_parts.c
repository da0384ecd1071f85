/*
 * rss_parts - what is resident in the allocator's window, told apart, and the
 * line that says so.
 */
#include "shim/gc/rss.h"

#include <string.h>

#include "shim/gc/gccycle.h"

enum { LEAST_TOUCHED = 8 };	/* one part in so many */

/* Takes at most @want from @part, leaving @least; returns what was taken. */
static uint64_t
take(struct rss_parts *p, enum rss_part part, uint64_t want, uint64_t least)
{
	uint64_t there = p->part[part];
	uint64_t most = there > least ? there - least : 0;
	uint64_t taken = MIN(want, most);

	p->part[part] -= taken;
	if (taken != 0)
		p->estimated[part] = true;
	return taken;
}

/* Takes @want from the @n parts in @from, in proportion to what they hold
 * above one part in @least; returns what was taken. */
static uint64_t
take_evenly(struct rss_parts *p, const enum rss_part *from, size_t n,
    uint64_t want, uint64_t least)
{
	uint64_t floor[RSS_PARTS], sum = 0, taken = 0;

	for (size_t i = 0; i < n; i++) {
		floor[i] = least == 0 ? 0 : p->part[from[i]] / least;
		sum += p->part[from[i]] - floor[i];
	}
	want = MIN(want, sum);
	for (size_t i = 0; i < n && sum != 0; i++) {
		__uint128_t room = p->part[from[i]] - floor[i];

		taken += take(p, from[i], (uint64_t)(room * want / sum),
		    floor[i]);
	}
	return taken;
}

/* Memory that nobody touched, as far as it can be known: the allocator's radix
 * tree and the arrays of thread caches, and blocks in thread caches that were
 * never used, before all else. */
static void
take_untouched(struct rss_parts *p, uint64_t want)
{
	static const enum rss_part first[] = { RSS_METADATA, RSS_TCACHE };
	static const enum rss_part second[] = {
		RSS_LIVE, RSS_FRAGMENTATION, RSS_DIRTY,
	};

	want -= take_evenly(p, first, ARRAY_LEN(first), want, LEAST_TOUCHED);
	want -= take_evenly(p, second, ARRAY_LEN(second), want, 0);
	/* What rounding left, and what is left after all that. */
	for (int i = RSS_METADATA; i >= RSS_LIVE; i--)
		want -= take(p, (enum rss_part)i, want, 0);
}

void
rss_split(const struct rss_map *map, const struct heap_stats *heap,
    struct rss_parts *out)
{
	uint64_t sum = 0;

	memset(out, 0, sizeof(*out));
	out->total = map->total;
	/* jemalloc's own blocks are in both "allocated" and "metadata". */
	out->part[RSS_LIVE] = gc_less(heap->allocated,
	    heap->tcache_bytes + heap->internal);
	out->part[RSS_FRAGMENTATION] = gc_less(heap->active, heap->allocated);
	out->part[RSS_TCACHE] = MIN(heap->tcache_bytes, heap->allocated);
	out->part[RSS_DIRTY] = heap->dirty + heap->muzzy;
	out->part[RSS_METADATA] = heap->metadata;
	for (int i = RSS_LIVE; i <= RSS_METADATA; i++)
		sum += out->part[i];
	if (sum > map->heap) {
		take_untouched(out, sum - map->heap);
	} else {
		/* Free pages that the kernel has not taken back yet. */
		out->part[RSS_DIRTY] += map->heap - sum;
	}
	out->part[RSS_STACKS] = map->stacks;
	out->part[RSS_FILES] = map->files;
	out->part[RSS_DIAG] = map->diag;
	out->part[RSS_OTHER] = map->other;
}

/* Tenths of a megabyte, rounded down; the rest in bytes x 10. */
static uint64_t
tenths(uint64_t bytes, uint64_t *rest)
{
	__uint128_t v = (__uint128_t)bytes * 10;

	*rest = (uint64_t)(v % MIB);
	return (uint64_t)(v / MIB);
}

/* Rounds the parts so that they add up to the rounded whole: those with the
 * largest rests are rounded up. */
static uint64_t
round_parts(const struct rss_parts *p, uint64_t rounded[RSS_PARTS])
{
	uint64_t rest[RSS_PARTS], sum = 0, all_rest;
	uint64_t total = tenths(p->total, &all_rest);

	if (all_rest >= MIB / 2)
		total++;
	for (int i = 0; i < RSS_PARTS; i++) {
		rounded[i] = tenths(p->part[i], &rest[i]);
		sum += rounded[i];
	}
	for (; sum < total; sum++) {
		int most = 0;

		for (int i = 1; i < RSS_PARTS; i++)
			if (rest[i] > rest[most])
				most = i;
		rounded[most]++;
		rest[most] = 0;
	}
	return sum;
}

void
rss_print(struct buf *b, const struct rss_parts *parts)
{
	static const char *const names[] = {
		"live", "fragmentation", "thread caches", "dirty", "metadata",
		"stacks", "files", "diag", "other",
	};
	uint64_t rounded[RSS_PARTS];
	uint64_t total = round_parts(parts, rounded);

	buf_str(b, "# RSS ");
	buf_fixed(b, total, 1);
	buf_str(b, " MB =");
	for (int i = 0; i < RSS_PARTS; i++) {
		buf_printf(b, "%s %s %s", i == 0 ? "" : " +", names[i],
		    parts->estimated[i] ? "~" : "");
		buf_fixed(b, rounded[i], 1);
	}
}
