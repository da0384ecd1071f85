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
	uint64_t r = (sp - high) * STACKSET_HASH_FACTOR;

	return (stackset_product)where * ((r ^ r >> 32) | 1);
}

/* The number of a kept frame that was not asked for so far. */
#define KEPT_UNKNOWN UINT32_MAX

/* How many kept frames, from the outermost on, lie above @sp and lead on as
 * they did. */
IN_HOOK unsigned kept_unchanged(const struct stack_cache *c, uintptr_t sp);

/* Keeps the first @base frames, or fewer when the number of the last of them is
 * not known. */
IN_HOOK void kept_cut(struct stack_cache *c, unsigned base);

/* Keeps the first @base frames and, on top of them, the @count fresh ones: they
 * are the innermost frames of stack @number, whose sums are @hash and @check.
 * @plain: none of them needs rbp to be left. */
IN_HOOK void kept_put(struct stack_cache *c, unsigned base, unsigned count,
    uint64_t hash, uint64_t check, uint32_t number, bool plain);

/* kept_number() of a frame where it is not known: from the next one inward
 * that is, and through the tree. */
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

/* True when the walk is at kept frame @f, entered with rbp @fp. */
SIGNAL_SAFE static ALWAYS_INLINE bool
kept_is_at(const struct frame *f, uint64_t key, uintptr_t sp, uintptr_t fp)
{
	return f->sp == sp &&
	    (f->where ^ key) << (64 - RULES_KEY_BITS) == 0 &&
	    (f->fp == fp || (f->step & STEP_FP_MATTERS) == 0);
}

/* True when the word below kept frame @f returns to its place. */
SIGNAL_SAFE static ALWAYS_INLINE bool
kept_is_called(const struct frame *f)
{
	return (word_at(f->sp - 8) ^ f->where) << (64 - RULES_KEY_BITS) == 0;
}

/* True when the kept walk came to a stack's end, not to one of ours. */
SIGNAL_SAFE static ALWAYS_INLINE bool
kept_is_whole(const struct stack_cache *c)
{
	return STEP_KIND(c->frame[1].step) == RULE_ROOT;
}

#endif
