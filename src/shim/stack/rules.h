/*
 * rules - the unwind rule of every return address seen, found in a few cycles.
 *
 * Nearly every frame needs three numbers: which register the CFA counts from,
 * how far it is, and where rbp was saved.  They fit in one word, kept in a hash
 * table by address.  What does not fit is marked RULE_FULL and is worked out
 * from the tables each time (walk_full.c).
 *
 * Code without tables has no rule, but its bytes were looked at once, and what
 * they are is in the word; so nothing is asked of the kernel at each walk.
 *
 * A place is given as a key: the return address, or for an instruction that a
 * signal interrupted its address + 1; so key - 1 is always inside the
 * instruction in question.
 *
 * Memory   segments of 256 KiB, 1 MiB, ... as places become more; pages
 *          that no place is in are not touched.
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
	RULE_DRAP,	/* CFA = *(rbp - fp), caller's rbp = *rbp: a frame that
			 * realigned its stack */
	RULE_SIMPLE,	/* CFA = rsp or rbp + offset; with two flags: */
	RULE_BY_RBP = 1,	/* it is rbp */
	RULE_SAVES_RBP = 2,	/* caller's rbp = *(CFA - fp), else the same */
};

/* The word: the CFA's offset in the low half, so that a 32-bit load has it
 * alone, with a flag when it counts from rsp; then the kind in 3 bits, in 11
 * bits how many words below the CFA something lies (rbp, where it is saved;
 * else the return address), 2 bits of zero, and the module's number. */
#define RULE_AT_KIND 32
#define RULE_AT_FP 35
#define RULE_AT_MODULE 48
#define RULE_KIND(w) ((unsigned)((w) >> RULE_AT_KIND & 7))
#define RULE_IS_SIMPLE(w) (((w) >> RULE_AT_KIND & RULE_SIMPLE) != 0)
#define RULE_BY_RSP 0x80000000u
#define RULE_OFFSET(w) ((uintptr_t)((uint32_t)(w) & ~RULE_BY_RSP))
/* The same, and more than any stack has when it does not count from rsp. */
#define RULE_OFFSET_BY_RSP(w) ((uintptr_t)(uint32_t)(w) - RULE_BY_RSP)
#define RULE_FP_MASK 0x7ff
#define RULE_FP(w) ((uintptr_t)((w) >> RULE_AT_FP & RULE_FP_MASK) * 8)
#define RULE_MODULE(w) ((uint32_t)((w) >> RULE_AT_MODULE))

/* What stands where rbp's offset would, in a word without a rule: */
enum rule_code {
	CODE_UNKNOWN,		/* in no module that stays */
	CODE_BY_RBP,		/* all that there is to go by is rbp */
	CODE_TRAMPOLINE,	/* what a signal handler returns to */
	CODE_AFTER_CALL,	/* a call instruction ends here */
};
#define RULE_CODE(w) ((enum rule_code)((w) >> RULE_AT_FP & RULE_FP_MASK))
#define RULE_GOES_BY_RBP(w) \
	((uint64_t)(w) << 16 >> 16 == (uint64_t)CODE_BY_RBP << RULE_AT_FP)

enum { RULES_WAYS = 8, RULES_SEGMENTS = 6, RULES_FIRST_BITS = 14 };
#define RULES_KEY_BITS 48
#define RULES_KEY_MASK (((uint64_t)1 << RULES_KEY_BITS) - 1)

struct rules_slot {
	_Atomic uint64_t key;	/* place, epoch << 48; 0 while free */
	_Atomic uint64_t rule;	/* 0 until it is known */
};

extern _Atomic(struct rules_slot *) rules_segments[RULES_SEGMENTS]
    __attribute__((visibility("hidden")));
extern _Atomic uint64_t rules_epoch
    __attribute__((visibility("hidden")));

/* 0 or -errno. */
int rules_init(void);

/* The rule of the place @key.  It is not kept when it comes from code without
 * tables. */
IN_HOOK COLD uint64_t rules_look_up(uint64_t key);

/* True when the place @key is one that a call instruction in a known module
 * returns to.  Its code is looked at once. */
IN_HOOK COLD bool rules_is_after_call(uint64_t key);

/* Code was unloaded: no rule is trusted before its module was seen again. */
void rules_forget(void);

/* The epoch, as it stands in the keys: 1 .. 65535. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
rules_stamp(void)
{
	return atomic_load_explicit(&rules_epoch, memory_order_acquire);
}

#define RULES_SLOTS(i) ((uint64_t)1 << (RULES_FIRST_BITS + 2 * (i)))

/* Slot @way of the place @key in segment @i, which lies at @base.  The low
 * bits of return addresses are as good as any hash of them, and quicker: eight
 * bytes of code, which seldom hold two calls, have a slot of sixteen, so that
 * the processor's addressing does all but the mask.  The ways of a place lie
 * side by side. */
SIGNAL_SAFE static ALWAYS_INLINE struct rules_slot *
rules_slot(struct rules_slot *base, unsigned i, uint64_t key, uint64_t way)
{
	uint64_t at = (key ^ way * 8) & (RULES_SLOTS(i) - 1) * 8;

	return (struct rules_slot *)((char *)base + 2 * at);
}

/* The rule of the place @key, when it is in the first segment; else 0.
 * @stamp is rules_stamp() << 48. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
rules_find(struct rules_slot *base, uint64_t key, uint64_t stamp)
{
	struct rules_slot *s = rules_slot(base, 0, key, 0);

	if (likely(atomic_load_explicit(&s->key, memory_order_acquire) ==
	    key + stamp))
		return atomic_load_explicit(&s->rule, memory_order_acquire);
	for (unsigned way = 1; way < RULES_WAYS; way++) {
		s = rules_slot(base, 0, key, way);
		if (atomic_load_explicit(&s->key, memory_order_acquire) ==
		    key + stamp)
			return atomic_load_explicit(&s->rule,
			    memory_order_acquire);
	}
	return 0;
}

/* The rule of the place @key, wherever it is. */
IN_HOOK static ALWAYS_INLINE uint64_t
rules_get(struct rules_slot *base, uint64_t key, uint64_t stamp)
{
	uint64_t rule = rules_find(base, key, stamp);

	return likely(rule != 0) ? rule : rules_look_up(key);
}

/* The first segment, for rules_get(). */
SIGNAL_SAFE static ALWAYS_INLINE struct rules_slot *
rules_first(void)
{
	return atomic_load_explicit(&rules_segments[0], memory_order_relaxed);
}

#endif
