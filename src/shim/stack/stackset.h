/*
 * stackset - equal stacks once: a tree of (parent, return address).
 *
 * A stack's number is the number of the node of its innermost frame.  Nodes lie
 * in segments that never move; a node is found through an index of windows,
 * each one cache line, in segments that never move either.  A full window is
 * continued in the next segment, which is four times larger.  As slots are only
 * ever taken, in one fixed order, a node exists once without any lock.
 *
 * Both shapes were measured on stacks that differ from the second frame on
 * (see bench/bench_stack.c): a node per frame, looked up as here, against one
 * hash over the whole stack and a compare.  The numbers are with the choice, in
 * stackset.c.
 *
 * Memory   16 bytes a node and 8 bytes a slot of the index.
 * Threads  any number find and add at once.
 * Fork     the child keeps the tree.
 */
#ifndef DIAG_STACK_STACKSET_H
#define DIAG_STACK_STACKSET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* Two parents of outermost frames; numbers of stacks begin after them. */
enum { STACKSET_WHOLE = 0, STACKSET_CUT = 1, STACKSET_FIRST = 2 };

enum {
	STACKSET_WAYS = 8,
	STACKSET_SLOT_BITS = 13,	/* of the first index segment */
	STACKSET_SEGMENTS = 9,
	STACKSET_NODE_BITS = 12,	/* of the first segment of nodes */
	STACKSET_NODE_SEGMENTS = 18,
};

struct stackset_node {
	uint64_t where;		/* return address, module number << 48 */
	uint32_t parent;
	uint32_t depth;		/* frames from here to the outermost */
};

/* A slot: the number, and in the high half bits of the hash. */
extern _Atomic(_Atomic uint64_t *) stackset_index[STACKSET_SEGMENTS];
extern _Atomic(struct stackset_node *) stackset_nodes[STACKSET_NODE_SEGMENTS];

/* 0 or -errno. */
int stackset_init(void);

/* The child @where of @parent, made when there is none; 0 without memory. */
IN_HOOK COLD uint32_t stackset_add(uint32_t parent, uint64_t where);

/* One past the largest number. */
SIGNAL_SAFE uint32_t stackset_limit(void);

SIGNAL_SAFE static ALWAYS_INLINE const struct stackset_node *
stackset_node(uint32_t number)
{
	uint32_t n = number + (1u << STACKSET_NODE_BITS);
	unsigned high = 31 - (unsigned)__builtin_clz(n);

	return atomic_load_explicit(
	    &stackset_nodes[high - STACKSET_NODE_BITS],
	    memory_order_relaxed) + (n - (1u << high));
}

SIGNAL_SAFE static ALWAYS_INLINE uint64_t
stackset_hash(uint64_t where)
{
	return where * 0x9e3779b97f4a7c15ull;
}

/* The window of segment @i: parents in a row have windows in a row, so that
 * only an addition stands between one node's number and the next's slot. */
SIGNAL_SAFE static ALWAYS_INLINE _Atomic uint64_t *
stackset_window(_Atomic uint64_t *base, unsigned i, uint64_t hash,
    uint32_t parent)
{
	uint64_t mask = ((uint64_t)1 << (STACKSET_SLOT_BITS + 2 * i)) - 1;
	uint64_t at = (hash >> (7 + 3 * i)) + (uint64_t)parent * STACKSET_WAYS;

	return base + (at & mask & ~(uint64_t)(STACKSET_WAYS - 1));
}

SIGNAL_SAFE static ALWAYS_INLINE bool
stackset_is(uint64_t slot, uint64_t hash, uint32_t parent, uint64_t where)
{
	const struct stackset_node *n;

	if ((slot ^ hash) >> 32 != 0 || (uint32_t)slot == 0)
		return false;
	n = stackset_node((uint32_t)slot);
	return n->where == where && n->parent == parent;
}

/* The child @where of @parent. */
IN_HOOK static ALWAYS_INLINE uint32_t
stackset_child(uint32_t parent, uint64_t where)
{
	uint64_t hash = stackset_hash(where), slot;
	_Atomic uint64_t *w = stackset_window(atomic_load_explicit(
	    &stackset_index[0], memory_order_relaxed), 0, hash, parent);

	for (unsigned i = 0; i < STACKSET_WAYS; i++) {
		slot = atomic_load_explicit(&w[i], memory_order_acquire);
		if (stackset_is(slot, hash, parent, where))
			return (uint32_t)slot;
	}
	return stackset_add(parent, where);
}

#endif
