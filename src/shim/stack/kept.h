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

/* A frame's part of its stack's hash, which is the sum: so what lies outward
 * can be taken off again.  Where a frame lies from its stack's end tells the
 * order, and is the same in threads that do the same. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
kept_hash(uint64_t where, uintptr_t sp, uintptr_t high)
{
	uint64_t r = (sp - high) * STACKSET_HASH_FACTOR;

	return where * ((r ^ r >> 32) | 1);
}

/* How many kept frames, from the outermost on, lie above @sp and lead on as
 * they did. */
IN_HOOK unsigned kept_unchanged(const struct stack_cache *c, uintptr_t sp);

/* Keeps the first @base frames. */
IN_HOOK void kept_cut(struct stack_cache *c, unsigned base);

/* Keeps the first @base frames and, on top of them, the @count fresh ones,
 * when those are the innermost frames of stack @number, whose hash is @hash.
 * @plain: none of them needs rbp to be left.  False, and nothing but @base
 * kept, when they are not. */
IN_HOOK bool kept_put(struct stack_cache *c, unsigned base, unsigned count,
    uint64_t hash, uint32_t number, bool plain);

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
