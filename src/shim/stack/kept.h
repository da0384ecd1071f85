/*
 * kept - the thread's previous walk, and how much of it still stands.
 *
 * A walk reads return addresses and saved values of rbp, and nothing else.  As
 * long as the words that led from one kept frame to the next are what they
 * were, so is everything that lies outward of it: comparing them is exact, and
 * needs no rule.  Most code has no use for the rbp that it restores; then the
 * return addresses alone are compared.
 *
 * Memory   the struct stack_cache's.
 * Threads  a cache has one owner.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_KEPT_H
#define DIAG_STACK_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/stack/rules.h"
#include "shim/stack/stackset.h"
#include "shim/stack/walk.h"

/* Another function's frame: no sanitizer should mind that we look. */
__attribute__((no_sanitize("address", "undefined"))) static inline uint64_t
word_at(uintptr_t at)
{
	return *(const volatile uint64_t *)at;
}

/* A frame's part of its stack's hash, and in the high half of the second sum:
 * both are sums, so what lies outward can be taken off again.  Where a frame
 * lies from its stack's end tells the order, and is the same in threads that do
 * the same. */
SIGNAL_SAFE static ALWAYS_INLINE stackset_product
kept_part(uint64_t where, uintptr_t sp, uintptr_t high)
{
	uint64_t r = (high - sp) * STACKSET_HASH_FACTOR;

	return (stackset_product)where * ((r ^ r >> 32) | 1);
}

/* The number of a kept frame that was not asked for so far. */
#define KEPT_UNKNOWN UINT32_MAX

/* Keeps the first @base frames, or fewer when the number of the last of them is
 * not known. */
IN_HOOK void kept_cut(struct stack_cache *c, unsigned base);

/* Keeps the first @base frames and, on top of them, the @count fresh ones: they
 * are the innermost frames of stack @number, whose sums are @sums.  @plain:
 * none of them needs rbp to be left.  When that is not so, or frame @base's fp
 * matters, all have theirs. */
IN_HOOK void kept_put(struct stack_cache *c, unsigned base, unsigned count,
    struct frame_sums sums, uint32_t number, bool plain);

/* kept_sums() where they are not known. */
IN_HOOK COLD const struct frame_sums *kept_find_sums(struct stack_cache *c,
    unsigned k);

SIGNAL_SAFE static ALWAYS_INLINE bool
kept_has_sums(const struct stack_cache *c, unsigned k)
{
	return k <= c->summed || k >= c->summed_from;
}

/* What arrays for @room frames take; and that @c has them at @mem. */
size_t kept_room_size(unsigned room);
IN_HOOK void kept_use_room(struct stack_cache *c, struct frame *mem,
    unsigned room);

/* Keeps nothing, and has room for more frames than count if there is memory. */
IN_HOOK COLD void kept_grow(struct stack_cache *c);

/* The sums of the stack from kept frame @k outward. */
IN_HOOK static ALWAYS_INLINE const struct frame_sums *
kept_sums(struct stack_cache *c, unsigned k)
{
	return likely(kept_has_sums(c, k)) ? &c->sums[k] :
	    kept_find_sums(c, k);
}

/* kept_number() of a frame where it is not known: from the next one inward
 * that is, and through the tree; or from outward. */
IN_HOOK COLD uint32_t kept_find_number(struct stack_cache *c, struct frame *f);

/* The number of the stack from kept frame @f outward.  0 for one that is
 * nobody's, or when the tree and the frames are not the same, which a clash of
 * both sums would be. */
IN_HOOK static ALWAYS_INLINE uint32_t
kept_number(struct stack_cache *c, struct frame *f)
{
	return likely(f->number != KEPT_UNKNOWN) ? f->number :
	    kept_find_number(c, f);
}

/* True when the walk is at kept frame @f, as far as key and sp tell. */
SIGNAL_SAFE static ALWAYS_INLINE bool
kept_is_place(const struct frame *f, uint64_t key, uintptr_t sp)
{
	return f->sp == sp &&
	    (f->where ^ key) << (64 - RULES_KEY_BITS) == 0;
}

/* True when the walk is at kept frame @f, entered with rbp @fp. */
SIGNAL_SAFE static ALWAYS_INLINE bool
kept_is_at(const struct frame *f, uint64_t key, uintptr_t sp, uintptr_t fp)
{
	return kept_is_place(f, key, sp) &&
	    (f->fp == fp || (f->step & STEP_FP_MATTERS) == 0);
}

/* True when the kept walk came to a stack's end, not to one of ours. */
SIGNAL_SAFE static ALWAYS_INLINE bool
kept_is_whole(const struct stack_cache *c)
{
	return STEP_KIND(c->frame[1].step) == RULE_ROOT;
}

/* Not 0 when the return address below kept frame @f is another one; its high
 * bits do not count. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
kept_change_below(const struct frame *f)
{
	return word_at(f->sp - 8) ^ f->where;
}

/* The same for four frames, and their high bits are gone. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
kept_change_below_4(const struct frame *f)
{
	return (kept_change_below(f) | kept_change_below(f + 1) |
	    kept_change_below(f + 2) | kept_change_below(f + 3)) <<
	    (64 - RULES_KEY_BITS);
}

/* kept_unchanged_at() where more than return addresses must be what they were:
 * the first frame from which on it is not so; @last if none. */
IN_HOOK const struct frame *kept_unchanged_rbp(const struct stack_cache *c,
    const struct frame *last);

/* The innermost kept frame above @sp of which all that lies outward leads on as
 * it did; frame[0] if none. */
IN_HOOK static ALWAYS_INLINE const struct frame *
kept_unchanged_at(const struct stack_cache *c, uintptr_t sp)
{
	const struct frame *f = &c->frame[1], *last = &c->frame[c->linked];

	while (last->sp < sp)
		last--;
	if (unlikely(c->with_rbp != 0))
		return kept_unchanged_rbp(c, last);
	if (last - f >= 4) {
		const struct frame *four = last - 4;

		/* The last four may overlap those before. */
		while (kept_change_below_4(f) == 0) {
			f += 4;
			if (f > four) {
				f = f == last ||
				    kept_change_below_4(four) == 0 ? last : f;
				break;
			}
		}
	}
	while (f < last && kept_change_below(f) << (64 - RULES_KEY_BITS) == 0)
		f++;
	return last == c->frame ? last : f;
}

/* Its index. */
IN_HOOK unsigned kept_unchanged(const struct stack_cache *c, uintptr_t sp);

#endif
