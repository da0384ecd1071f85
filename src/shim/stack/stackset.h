/*
 * stackset - equal stacks once: a tree of (parent, return address).
 *
 * A stack's number is the number of the node of its innermost frame.  Nodes
 * lie in one array that is reserved at its full size and never moves.  A node
 * is found through an index of windows, each one cache line, in segments that
 * never move either: a full window is continued in the next, larger segment.
 * As slots are only ever taken, in one fixed order, a node exists once without
 * any lock.
 *
 * In front of the index stands a table of whole stacks (front.h).  Of the two
 * shapes (a look-up per frame, one per stack) the second was quicker on stacks
 * that differ from the second frame on, the first keeps stacks small; so both
 * are here.  The numbers are in stackset.c.
 *
 * Memory   16 bytes a node, some 16 a node in the index.
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

struct stackset_node {
	uint64_t where;		/* return address, module number << 48 */
	uint32_t parent;
	_Atomic uint32_t is_found;	/* the index leads to it: 1, set last;
					 * one that lost a race stays 0 */
};

__extension__ typedef unsigned __int128 stackset_product;

extern struct stackset_node *stackset_nodes
    __attribute__((visibility("hidden")));
/* One past the largest number. */
extern _Atomic uint32_t stackset_next
    __attribute__((visibility("hidden")));

#define STACKSET_HASH_FACTOR 0x9e3779b97f4a7c15ull

/* 0 or -errno. */
int stackset_init(void);

/* The child @where of @parent, made when there is none; 0 without memory. */
IN_HOOK uint32_t stackset_child(uint32_t parent, uint64_t where);

/* One past the largest number. */
SIGNAL_SAFE uint32_t stackset_limit(void);

SIGNAL_SAFE static ALWAYS_INLINE const struct stackset_node *
stackset_node(uint32_t number)
{
	return &stackset_nodes[number];
}

/* True when @number is that of the child @where of @parent: for guesses. */
SIGNAL_SAFE static ALWAYS_INLINE bool
stackset_is_child(uint32_t number, uint32_t parent, uint64_t where)
{
	const struct stackset_node *n = stackset_node(number);

	return number < atomic_load_explicit(&stackset_next,
	    memory_order_relaxed) &&
	    atomic_load_explicit(&n->is_found, memory_order_acquire) != 0 &&
	    n->where == where && n->parent == parent;
}

/* stackset_child(), for stacks whose nodes were made in a row, as most are. */
IN_HOOK static ALWAYS_INLINE uint32_t
stackset_guess_child(uint32_t parent, uint64_t where)
{
	return likely(stackset_is_child(parent + 1, parent, where)) ?
	    parent + 1 : stackset_child(parent, where);
}

#endif
