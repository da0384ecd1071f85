/*
 * front - whole stacks in front of the tree: one look, and no node is read.
 *
 * A stack is known by two sums over all of its frames.  More than 100 bits of
 * them are compared; two stacks that are taken for one would have to differ in
 * two frames at least and agree in all these bits, which some of a million do
 * with a probability below 1 in 10^18.  The table may forget.
 *
 * Stacks that differ in nothing but the place in the innermost function lie in
 * one cache line, as long as these places are near each other: who frees a
 * block and makes another reads one line where stacks change all the time.
 * Which of the line's slots it is nobody can guess; so all four are compared at
 * once, without a branch.
 *
 * Memory   16 bytes a slot, twice as many slots when so many were put; what
 *          was too small stays mapped, as others may be looking at it.
 * Threads  any number look and put at once.
 * Fork     the child keeps it.
 */
#ifndef DIAG_STACK_FRONT_H
#define DIAG_STACK_FRONT_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/stack/stackset.h"

enum { FRONT_WAYS = 4 };

typedef uint32_t front_tags __attribute__((vector_size(16)));

/* A slot's words are written one after the other: they are good together
 * alone, as @check has the others in it. */
struct front_line {
	front_tags tag;
	_Atomic uint32_t number[FRONT_WAYS];	/* 0: free */
	_Atomic uint64_t check[FRONT_WAYS];
} CACHE_ALIGNED;

struct front {
	unsigned shift;		/* near >> shift is the line */
	_Atomic uint32_t puts;	/* into any slot, again or for the first time */
	struct front_line line[];
};

/* What a stack is found by. */
struct front_key {
	uint64_t near;		/* the same where stacks should lie together */
	uint32_t tag;
	uint64_t check;
};

extern _Atomic(struct front *) front_table
    __attribute__((visibility("hidden")));

/* 0 or -errno. */
int front_init(void);

/* Puts the stack @number there. */
IN_HOOK COLD void front_put(const struct front_key *key, uint32_t number);

/* The key of the stack with sums @hash and @check, of which @inner is the
 * innermost frame's part in @hash, and @where its place. */
SIGNAL_SAFE static ALWAYS_INLINE struct front_key
front_key(uint64_t hash, uint64_t check, uint64_t inner, uint64_t where)
{
	enum { NEAR_BITS = 10 };

	uint64_t near = hash - inner + (where >> NEAR_BITS);

	return (struct front_key){
		.near = near * STACKSET_HASH_FACTOR,
		.tag = (uint32_t)(hash * STACKSET_HASH_FACTOR >> 32) ^
		    (uint32_t)check,
		.check = check,
	};
}

/* What slot @way's check is when it has @key and @number. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
front_check(const struct front_key *key, uint32_t number)
{
	return key->check ^ ((uint64_t)key->tag << 32 | number);
}

/* A bit for each slot of @l that has the tag. */
SIGNAL_SAFE static ALWAYS_INLINE unsigned
front_matches(const struct front_line *l, uint32_t tag)
{
	front_tags t = *(const volatile front_tags *)&l->tag;
	front_tags same = (front_tags)(t == (front_tags){ tag, tag, tag, tag });
	unsigned bits;

	__asm__("movmskps %1, %0" : "=r"(bits) : "x"(same));
	return bits;
}

SIGNAL_SAFE static ALWAYS_INLINE uint32_t
front_in_line(const struct front_line *l, const struct front_key *key)
{
	unsigned bits = front_matches(l, key->tag), way;
	uint32_t number;

	if (unlikely(bits == 0))
		return 0;
	way = (unsigned)__builtin_ctz(bits);
	number = atomic_load_explicit(&l->number[way], memory_order_acquire);
	return likely(atomic_load_explicit(&l->check[way],
	    memory_order_relaxed) == front_check(key, number)) ? number : 0;
}

/* The number of the stack; 0 when it is not known.  It has two lines, side by
 * side. */
SIGNAL_SAFE static ALWAYS_INLINE uint32_t
front_recall(const struct front_key *key)
{
	const struct front *f = atomic_load_explicit(&front_table,
	    memory_order_acquire);
	uint64_t at = key->near >> f->shift;
	uint32_t number = front_in_line(&f->line[at], key);

	return likely(number != 0) ? number :
	    front_in_line(&f->line[at ^ 1], key);
}

#endif
