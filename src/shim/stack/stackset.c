/*
 * stackset - the tree behind the numbers of stacks.
 */
#include "shim/stack/stackset.h"

#include <errno.h>
#include <stddef.h>

#include "common/base/mem.h"

_Atomic(_Atomic uint64_t *) stackset_index[STACKSET_SEGMENTS];
_Atomic(struct stackset_node *) stackset_nodes[STACKSET_NODE_SEGMENTS];
static _Atomic uint32_t next = STACKSET_FIRST;

/* Large segments are reserved: their pages count when they are touched. */
static void *
map_segment(size_t n)
{
	return n <= 256 * KIB ? mem_map(n) : mem_reserve(n);
}

static _Atomic uint64_t *
index_segment(unsigned i)
{
	_Atomic uint64_t *s, *none = NULL;
	size_t n = sizeof(*s) << (STACKSET_SLOT_BITS + 2 * i);

	s = atomic_load_explicit(&stackset_index[i], memory_order_acquire);
	if (s != NULL)
		return s;
	s = map_segment(n);
	if (s == NULL)
		return NULL;
	if (atomic_compare_exchange_strong(&stackset_index[i], &none, s))
		return s;
	mem_unmap(s, n);
	return none;
}

/* Makes the segment that holds node @number. */
static bool
have_node(uint32_t number)
{
	uint32_t high = 31 - (uint32_t)__builtin_clz(number +
	    (1u << STACKSET_NODE_BITS));
	unsigned i = high - STACKSET_NODE_BITS;
	struct stackset_node *s, *none = NULL;
	size_t n = sizeof(*s) << high;

	if (i >= STACKSET_NODE_SEGMENTS)
		return false;
	if (atomic_load_explicit(&stackset_nodes[i], memory_order_acquire))
		return true;
	s = map_segment(n);
	if (s == NULL)
		return false;
	if (!atomic_compare_exchange_strong(&stackset_nodes[i], &none, s))
		mem_unmap(s, n);
	return true;
}

int
stackset_init(void)
{
	return index_segment(0) != NULL && have_node(0) ? 0 : -ENOMEM;
}

uint32_t
stackset_limit(void)
{
	return atomic_load_explicit(&next, memory_order_acquire);
}

/* A node that nobody can find yet; 0 without memory.  A number that is taken
 * stays below the limit whatever happens. */
static uint32_t
make_node(uint32_t parent, uint64_t where)
{
	uint32_t number = atomic_load_explicit(&next, memory_order_relaxed);
	struct stackset_node *n;

	do {
		if (!have_node(number))
			return 0;
	} while (!atomic_compare_exchange_weak(&next, &number, number + 1));
	n = (struct stackset_node *)(uintptr_t)stackset_node(number);
	n->parent = parent;
	n->depth = 1;
	if (parent >= STACKSET_FIRST)
		n->depth += stackset_node(parent)->depth;
	n->where = where;
	return number;
}

/* Looks through the windows in their fixed order; the first free slot takes
 * the new node.  The one who loses the race for it finds the winner's node
 * there, or goes on behind it: its own node then waits in @made. */
uint32_t
stackset_add(uint32_t parent, uint64_t where)
{
	uint64_t hash = stackset_hash(where), slot;
	uint32_t made = 0;

	for (unsigned i = 0; i < STACKSET_SEGMENTS; i++) {
		_Atomic uint64_t *w = index_segment(i);

		if (w == NULL)
			return 0;
		w = stackset_window(w, i, hash, parent);
		for (unsigned k = 0; k < STACKSET_WAYS; k++) {
			slot = atomic_load_explicit(&w[k],
			    memory_order_acquire);
			if (slot == 0 && made == 0)
				made = make_node(parent, where);
			if (slot == 0 && made == 0)
				return 0;
			if (slot == 0 && atomic_compare_exchange_strong(&w[k],
			    &slot, (hash >> 32 << 32) | made))
				return made;
			if (stackset_is(slot, hash, parent, where))
				return (uint32_t)slot;
		}
	}
	return 0;
}
