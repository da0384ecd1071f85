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
 * In front of the index stands a table of whole stacks, by two sums over all
 * frames, of which more than 100 bits are compared: one probe, and no node is
 * read.  It may forget; two stacks that it takes for one would have to differ
 * in two frames at least and agree in all these bits, which some of a million
 * do with a probability below 1 in 10^18.  Of the two shapes (a look-up
 * per frame, one per stack) the second was quicker on stacks that differ from
 * the second frame on, the first keeps stacks small; so both are here.  The
 * numbers are in stackset.c.
 *
 * Memory   16 bytes a node, some 16 a node in the index; for a stack up to 32
 *          in front, and as much in fronts that were too small.
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

/* The two words are written one after the other: each is good with the other
 * alone. */
struct stackset_slot {
	_Atomic uint64_t tagged;	/* low half of the hash, number; 0 */
	_Atomic uint64_t check;		/* the second sum ^ @tagged */
};

/* A table of whole stacks. */
struct stackset_front {
	unsigned shift;		/* hash >> shift is the slot */
	_Atomic uint32_t puts;	/* into any slot, again or for the first time */
	struct stackset_slot slot[] CACHE_ALIGNED;
};

__extension__ typedef unsigned __int128 stackset_product;

extern struct stackset_node *stackset_nodes
    __attribute__((visibility("hidden")));
extern _Atomic(struct stackset_front *) stackset_front
    __attribute__((visibility("hidden")));
/* One past the largest number. */
extern _Atomic uint32_t stackset_next
    __attribute__((visibility("hidden")));

#define STACKSET_HASH_FACTOR 0x9e3779b97f4a7c15ull

/* 0 or -errno. */
int stackset_init(void);

/* The child @where of @parent, made when there is none; 0 without memory. */
IN_HOOK uint32_t stackset_child(uint32_t parent, uint64_t where);

/* Puts the stack @number, whose hash and second sum are @hash and @check, in
 * front. */
IN_HOOK COLD void stackset_put_in_front(uint64_t hash, uint64_t check,
    uint32_t number);

/* One past the largest number. */
SIGNAL_SAFE uint32_t stackset_limit(void);

SIGNAL_SAFE static ALWAYS_INLINE const struct stackset_node *
stackset_node(uint32_t number)
{
	return &stackset_nodes[number];
}

SIGNAL_SAFE static ALWAYS_INLINE uint32_t
stackset_in_slot(const struct stackset_slot *s, uint64_t hash, uint64_t check)
{
	uint64_t tagged = atomic_load_explicit(&s->tagged,
	    memory_order_acquire);

	return tagged >> 32 == (uint32_t)hash &&
	    (atomic_load_explicit(&s->check, memory_order_relaxed) ^ tagged) ==
	    check ? (uint32_t)tagged : 0;
}

/* The number of the stack with this hash and second sum; 0 when it is not
 * known.  A hash has two slots, side by side. */
SIGNAL_SAFE static ALWAYS_INLINE uint32_t
stackset_recall(uint64_t hash, uint64_t check)
{
	struct stackset_front *f = atomic_load_explicit(&stackset_front,
	    memory_order_acquire);
	uint64_t at = hash >> f->shift;
	uint32_t number = stackset_in_slot(&f->slot[at], hash, check);

	return likely(number != 0) ? number :
	    stackset_in_slot(&f->slot[at ^ 1], hash, check);
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
