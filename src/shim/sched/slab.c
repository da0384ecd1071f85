/*
 * slab - a directory of doubling slabs and a free list.
 */
#include "shim/sched/slab.h"

#include "common/base/mem.h"

enum { FIRST = 256, SLABS = 16 };	/* 16.7 million records */

static struct thread *_Atomic slabs[SLABS];
static _Atomic uint32_t limit;		/* indexes given out so far */
static _Atomic uint64_t free_head;	/* counter << 32 | index + 1 */

/* Slab k holds FIRST << k records, from FIRST * (2^k - 1) on. */
static unsigned
slab_of(uint32_t index)
{
	return 31u - (unsigned)__builtin_clz(index / FIRST + 1);
}

static uint32_t
first_of(unsigned slab)
{
	return FIRST * ((1u << slab) - 1);
}

uint32_t
slab_limit(void)
{
	return atomic_load_explicit(&limit, memory_order_acquire);
}

uint32_t
slab_room(void)
{
	unsigned k = 0;

	while (k < SLABS &&
	    atomic_load_explicit(&slabs[k], memory_order_relaxed) != NULL)
		k++;
	return first_of(k);
}

struct thread *
slab_at(uint32_t index)
{
	if (index >= first_of(SLABS))
		return NULL;

	unsigned k = slab_of(index);
	struct thread *slab = atomic_load_explicit(&slabs[k],
	    memory_order_acquire);

	return slab != NULL ? &slab[index - first_of(k)] : NULL;
}

static struct thread *
slab_map(unsigned k)
{
	size_t size = ((size_t)FIRST << k) * sizeof(struct thread);
	struct thread *fresh = mem_map(size);
	struct thread *there = NULL;

	if (fresh == NULL)
		return NULL;
	if (atomic_compare_exchange_strong(&slabs[k], &there, fresh))
		return fresh;
	mem_unmap(fresh, size);
	return there;
}

/* An index whose slab cannot be mapped is lost; the next one tries again. */
struct thread *
slab_new(void)
{
	uint32_t index = atomic_load_explicit(&limit, memory_order_relaxed);

	do {
		if (index >= first_of(SLABS))
			return NULL;
	} while (!atomic_compare_exchange_weak(&limit, &index, index + 1));

	unsigned k = slab_of(index);
	struct thread *slab = atomic_load_explicit(&slabs[k],
	    memory_order_acquire);

	if (slab == NULL)
		slab = slab_map(k);
	if (slab == NULL)
		return NULL;

	struct thread *t = &slab[index - first_of(k)];

	t->index = index;
	return t;
}

struct thread *
slab_take(void)
{
	uint64_t head = atomic_load_explicit(&free_head, memory_order_acquire);

	while ((uint32_t)head != 0) {
		struct thread *t = slab_at((uint32_t)head - 1);
		uint32_t next = atomic_load_explicit(&t->next_free,
		    memory_order_relaxed);
		uint64_t then = ((head >> 32) + 1) << 32 | next;

		if (atomic_compare_exchange_weak_explicit(&free_head, &head,
		    then, memory_order_acquire, memory_order_acquire))
			return t;
	}
	return NULL;
}

void
slab_put(struct thread *t)
{
	uint64_t head = atomic_load_explicit(&free_head, memory_order_relaxed);
	uint64_t then;

	do {
		atomic_store_explicit(&t->next_free, (uint32_t)head,
		    memory_order_relaxed);
		then = ((head >> 32) + 1) << 32 | (t->index + 1);
	} while (!atomic_compare_exchange_weak_explicit(&free_head, &head,
	    then, memory_order_release, memory_order_relaxed));
}

void
slab_after_fork_child(void)
{
	atomic_store(&free_head, 0);
	for (uint32_t i = slab_limit(); i-- > 0;) {
		struct thread *t = slab_at(i);

		if (t == NULL || atomic_load(&t->kind) != THREAD_FREE)
			continue;
		t->index = i;
		slab_put(t);
	}
}
