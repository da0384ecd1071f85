/*
 * classes - the host's blocks by size class.
 */
#include "shim/gc/classes.h"

#include <string.h>

#include "shim/gc/blocks.h"
#include "shim/gc/gccycle.h"
#include "shim/heap/heap_cache.h"
#include "shim/sched/given.h"
#include "shim/sched/thread.h"

/* Adds what all threads' caches know; returns how many caches there are. */
static unsigned
add_caches(struct classes *c)
{
	struct heap_bin bins[HEAP_BINS];
	intptr_t at = heap_bins_at();
	unsigned n = MIN(heap_bins(), c->n), caches = 0;
	uint32_t limit = n == 0 ? 0 : thread_limit();

	for (uint32_t i = 0; i < limit; i++) {
		const struct thread *t = thread_at(i);

		if (t == NULL || atomic_load(&t->kind) == THREAD_OURS ||
		    !given_copy(t, at, bins, n * sizeof(bins[0])) ||
		    bins[0].none == 0)
			continue;
		caches++;
		for (unsigned j = 0; j < n; j++) {
			c->cached[j] += heap_bin_blocks(&bins[j]);
			c->raw[j].nrequests += bins[j].requests;
		}
	}
	return caches;
}

/* Each cache is a block of the allocator's own, and nothing else is. */
static uint64_t
cache_size(const struct heap_stats *heap, unsigned caches)
{
	return caches == 0 || heap->internal % caches != 0 ? 0 :
	    heap->internal / caches;
}

static void
fill(struct classes *c, unsigned caches, uint64_t cache_bytes)
{
	for (unsigned i = 0; i < c->n; i++) {
		const struct heap_size_class *raw = &c->raw[i];
		uint64_t own_blocks = raw->size == cache_bytes ? caches :
		    raw->size == HEAP_SMALLEST ? raw->nrequests : 0;
		uint64_t live = gc_less(raw->live, c->cached[i] + own_blocks);
		uint64_t given = gc_less(raw->nrequests, own_blocks);

		c->at[i] = (struct block_class){
			.size = raw->size,
			.nalloc = MAX(given, live),
			.nfree = gc_less(given, live),
			.exact = true,
		};
	}
}

/* The class that caches are of has those of ended threads, too, which nobody
 * counts: what no other class was given of @all blocks is near. */
static void
fill_own(struct classes *c, uint64_t cache_bytes, uint64_t all)
{
	struct block_class *own = NULL;
	uint64_t others = 0;

	for (unsigned i = 0; i < c->n; i++)
		if (c->at[i].size == cache_bytes)
			own = &c->at[i];
		else
			others += c->at[i].nalloc;
	if (own != NULL && own->nfree != 0) {
		uint64_t live = own->nalloc - own->nfree;

		own->nalloc = MIN(MAX(gc_less(all, others), live), own->nalloc);
		own->nfree = own->nalloc - live;
		own->exact = false;
	}
}

/* Is this all that is live? */
static bool
is_all(const struct classes *c, const struct heap_stats *heap,
    uint64_t live_blocks)
{
	uint64_t blocks = 0, bytes = 0;

	for (unsigned i = 0; i < c->n; i++) {
		uint64_t live = c->at[i].nalloc - c->at[i].nfree;

		blocks += live;
		bytes += live * c->at[i].size;
	}
	return blocks == live_blocks && bytes == gccycle_live(heap);
}

void
classes_look(struct classes *out, const struct heap_stats *heap)
{
	uint64_t nalloc_then, nfree_then, own;
	unsigned caches;
	bool exact = blocks_count(&out->nalloc, &out->nfree);

	memset(out->cached, 0, sizeof(out->cached));
	out->n = MIN(heap_size_classes(out->raw, CLASSES_MAX),
	    (unsigned)CLASSES_MAX);
	caches = add_caches(out);
	own = cache_size(heap, caches);
	fill(out, caches, own);
	fill_own(out, own, out->nalloc);
	exact = exact && blocks_count(&nalloc_then, &nfree_then) &&
	    out->nalloc == nalloc_then && out->nfree == nfree_then &&
	    is_all(out, heap, out->nalloc - out->nfree);
	for (unsigned i = 0; i < out->n; i++)
		out->at[i].exact = (exact && out->at[i].exact) ||
		    out->at[i].size > heap->tcache_max;
}

uint64_t
classes_given(const struct classes *c)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < c->n; i++)
		sum += c->at[i].size * c->at[i].nalloc;
	return sum;
}
