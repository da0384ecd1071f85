/*
 * recent - the tops of the thread's last walks.
 *
 * A program allocates in a few places by turns: most walks begin where one of
 * the last dozen did, find the same return addresses, and come to the same
 * kept frame.  A top says where these addresses were; so they are compared all
 * at once, and neither a rule is looked up nor a stack.  All that a walk by the
 * stack pointer alone reads is compared, so this is as exact as the walk: from
 * the same place and the same words the same rules lead to the same frame.
 * That what lies outward of it is what it was, two sums say, and that it is
 * still there, memory.
 *
 * Stacks that seldom come again are not looked for: a miss costs some
 * nanoseconds.
 *
 * Memory   1.5 KiB a thread that allocates often.
 * Threads  a cache has one owner.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_RECENT_H
#define DIAG_STACK_RECENT_H

#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/stack/kept.h"
#include "shim/stack/stack.h"
#include "shim/stack/walk.h"

/* After so many misses in a row tops are left alone for so many walks, and at
 * first: a thread that seldom allocates has no use for their memory. */
enum { RECENT_PATIENCE = 16, RECENT_REST = 4096, RECENT_FIRST = 512 };

/* No top is known: rules are not what they were, or another's stack is. */
IN_HOOK void recent_forget(struct stack_cache *c);

/* From now on tops are kept, if there is memory. */
IN_HOOK COLD void recent_begin(struct stack_cache *c);

/* Keeps the top of stack @number, which leads from @from by the stack pointer
 * over @count fresh frames, 0 .. RECENT_WORDS, to kept frame @base. */
IN_HOOK void recent_put(struct stack_cache *c, const struct stack_origin *from,
    unsigned count, unsigned base, uint32_t number);

/* Whose two tops it may be. */
SIGNAL_SAFE static ALWAYS_INLINE unsigned
recent_set(const struct stack_origin *from)
{
	uint64_t mixed = (from->sp >> 3 ^ from->pc) * STACKSET_HASH_FACTOR;

	return (unsigned)(mixed >> (64 - RECENT_BITS));
}

/* Not 0 when word @i that the walk of top @r would read is another one. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
recent_change_of(const struct recent *r, uintptr_t sp, unsigned i)
{
	return word_at(sp + r->at[i] - 8) ^ r->word[i];
}

/* Not 0 when any of them is. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
recent_change(const struct recent *r, uintptr_t sp)
{
	return recent_change_of(r, sp, 0) | recent_change_of(r, sp, 1) |
	    recent_change_of(r, sp, 2) | recent_change_of(r, sp, 3);
}

/* Not 0 when kept frame @base is not reached as it was from farther out. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
recent_change_outward(const struct stack_cache *c, unsigned base)
{
	const struct frame *f = &c->frame[1], *end = &c->frame[base];
	uint64_t change = 0;

	if (likely(end - f >= 4)) {
		/* The last four may overlap those before. */
		for (; f < end - 4; f += 4)
			change |= kept_change_below_4(f);
		return change | kept_change_below_4(end - 4);
	}
	for (; f < end; f++)
		change |= kept_change_below(f) << (64 - RULES_KEY_BITS);
	return change;
}

/* True when what top @r says is so now.  That the kept frames come to a root,
 * and that no rbp matters on the way, was so when it was kept: the same frames
 * have the same rules. */
IN_HOOK static ALWAYS_INLINE bool
recent_holds(const struct stack_cache *c, const struct recent *r, uintptr_t sp)
{
	const struct frame_sums *outer = &c->sums[r->base];

	if (unlikely(r->base > c->linked || !kept_has_sums(c, r->base)))
		return false;
	return likely(((outer->hash ^ r->outer.hash) |
	    (outer->check ^ r->outer.check) | recent_change(r, sp)) == 0) &&
	    likely(recent_change_outward(c, r->base) == 0);
}

/* The number of the stack that called as @from says; 0 when there is no such
 * top. */
IN_HOOK static ALWAYS_INLINE uint32_t
recent_find(struct stack_cache *c, const struct stack_origin *from)
{
	unsigned set = recent_set(from);
	const struct recent *r = c->recent[set];
	unsigned way = ((r->pc ^ from->pc) | (r->not_sp ^ ~from->sp)) != 0;

	r += way;
	if (r->not_sp != ~from->sp || r->pc != from->pc ||
	    !recent_holds(c, r, from->sp))
		return 0;
	c->recent_older[set] = (uint8_t)(way ^ 1);
	c->recent_trust = RECENT_PATIENCE;
	return r->number;
}

/* recent_find(), when that is worth while. */
IN_HOOK static ALWAYS_INLINE uint32_t
recent_number(struct stack_cache *c, const struct stack_origin *from)
{
	return c->recent_trust > 0 ? recent_find(c, from) : 0;
}

/* A walk was needed.  True when its top is to be kept. */
SIGNAL_SAFE static ALWAYS_INLINE bool
recent_missed(struct stack_cache *c)
{
	if (c->recent_trust > 0) {
		c->recent_trust--;
		if (c->recent_trust == 0)
			c->recent_trust = -RECENT_REST;
		return true;
	}
	c->recent_trust++;
	if (unlikely(c->recent_trust == 0))
		recent_begin(c);
	return false;
}

#endif
