/*
 * rules - the unwind rule of every return address seen, found in a few cycles.
 *
 * Nearly every frame needs three numbers: which register the CFA counts from,
 * how far it is, and where rbp was saved.  They fit in one word, kept in a hash
 * table by address.  What does not fit is marked RULE_FULL and is worked out
 * from the tables each time (walk_full.c).
 *
 * A place is given as a key: the return address, or for an instruction that a
 * signal interrupted its address + 1; so key - 1 is always inside the
 * instruction in question.
 *
 * Memory   segments of 64 KiB, 256 KiB, ... as places become more.
 * Threads  any; slots are taken by compare-and-swap, never emptied; a slot's
 *          rule never changes.
 * Fork     a slot whose writer is gone is filled by the next who needs it.
 */
#ifndef DIAG_STACK_RULES_H
#define DIAG_STACK_RULES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/stack/modules.h"

enum rule_kind {
	RULE_NONE,	/* no entry covers the place */
	RULE_FULL,	/* needs more than this word says */
	RULE_ROOT,	/* nobody called this */
	RULE_RSP,	/* CFA = rsp + offset */
	RULE_RBP,	/* CFA = rbp + offset */
	RULE_DRAP,	/* CFA = *(rbp - fp), caller's rbp = *rbp: a frame that
			 * realigned its stack */
};

/* The word: kind in the low three bits, the CFA's offset (a multiple of 8) in
 * the low 24, then how far below the CFA rbp is saved (0: not saved) in 16
 * bits, 8 bits that are not 0 when the word is there, the module's number. */
#define RULE_KIND(w) ((enum rule_kind)((w) & 7))
#define RULE_OFFSET(w) ((uintptr_t)((w) & 0xfffff8))
#define RULE_FP(w) ((uintptr_t)(((w) >> 24) & 0xffff))
#define RULE_THERE ((uint64_t)1 << 40)
#define RULE_MODULE(w) ((uint32_t)((w) >> 48))

enum { RULES_WAYS = 4, RULES_SEGMENTS = 6, RULES_FIRST_BITS = 12 };
#define RULES_KEY_BITS 48
#define RULES_KEY_MASK (((uint64_t)1 << RULES_KEY_BITS) - 1)

struct rules_slot {
	_Atomic uint64_t key;	/* place, epoch << 48; 0 while free */
	_Atomic uint64_t rule;	/* 0 until it is known */
};

extern _Atomic(struct rules_slot *) rules_segments[RULES_SEGMENTS];

/* 0 or -errno. */
int rules_init(void);

/* The rule of the place @key.  It is not kept when it comes from code without
 * tables. */
IN_HOOK COLD uint64_t rules_look_up(uint64_t key);

/* The epoch, as it stands in the keys: 1 .. 65535. */
SIGNAL_SAFE uint64_t rules_stamp(void);
/* Code was unloaded: no rule is trusted before its module was seen again. */
void rules_forget(void);

SIGNAL_SAFE static ALWAYS_INLINE uint64_t
rules_hash(uint64_t key)
{
	return key * 0x9e3779b97f4a7c15ull;
}

/* The window of @hash in segment @i, whose slots are @base. */
SIGNAL_SAFE static ALWAYS_INLINE struct rules_slot *
rules_window(struct rules_slot *base, unsigned i, uint64_t hash)
{
	unsigned bits = RULES_FIRST_BITS + 2 * i;

	return base + ((hash >> (64 - bits)) & ~(uint64_t)(RULES_WAYS - 1));
}

/* The rule of the place @key when it is where it is looked for first; @stamp
 * is rules_stamp() << 48. */
IN_HOOK static ALWAYS_INLINE uint64_t
rules_find(uint64_t key, uint64_t stamp)
{
	struct rules_slot *base = atomic_load_explicit(&rules_segments[0],
	    memory_order_relaxed);
	struct rules_slot *s = rules_window(base, 0, rules_hash(key));
	uint64_t want = key | stamp, rule;

	for (unsigned i = 0; i < RULES_WAYS; i++) {
		if (atomic_load_explicit(&s[i].key, memory_order_acquire) !=
		    want)
			continue;
		rule = atomic_load_explicit(&s[i].rule, memory_order_acquire);
		if (likely(rule != 0))
			return rule;
	}
	return rules_look_up(key);
}

#endif
