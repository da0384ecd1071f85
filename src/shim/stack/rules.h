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
	RULE_DRAP,	/* CFA = *(rbp - fp), caller's rbp = *rbp: a frame that
			 * realigned its stack */
	RULE_SIMPLE,	/* CFA = rsp or rbp + offset; with two flags: */
	RULE_BY_RBP = 1,	/* it is rbp */
	RULE_SAVES_RBP = 2,	/* caller's rbp = *(CFA - fp), else the same */
};

/* The word: the CFA's offset in the low half, so that a 32-bit load has it
 * alone; then the kind in 3 bits, in 13 bits how many words below the CFA
 * something lies (rbp, where it is saved; else the return address), and the
 * module's number. */
#define RULE_AT_KIND 32
#define RULE_AT_FP 35
#define RULE_AT_MODULE 48
#define RULE_KIND(w) ((unsigned)((w) >> RULE_AT_KIND & 7))
#define RULE_IS_SIMPLE(w) (((w) >> RULE_AT_KIND & RULE_SIMPLE) != 0)
#define RULE_OFFSET(w) ((uintptr_t)(uint32_t)(w))
#define RULE_FP(w) ((uintptr_t)((w) >> RULE_AT_FP & 0x1fff) * 8)
#define RULE_MODULE(w) ((uint32_t)((w) >> RULE_AT_MODULE))

enum { RULES_WAYS = 8, RULES_SEGMENTS = 6, RULES_FIRST_BITS = 12 };
#define RULES_KEY_BITS 48
#define RULES_KEY_MASK (((uint64_t)1 << RULES_KEY_BITS) - 1)

/* A segment is two arrays in a row, as an index into an array of words is a
 * cycle or three less on the way from a return address to the next than one
 * into an array of pairs. */
struct rules_slot {
	_Atomic uint64_t *key;	/* place, epoch << 48; 0 while free */
	_Atomic uint64_t *rule;	/* 0 until it is known */
};

extern _Atomic(_Atomic uint64_t *) rules_segments[RULES_SEGMENTS];

/* 0 or -errno. */
int rules_init(void);

/* The rule of the place @key.  It is not kept when it comes from code without
 * tables. */
IN_HOOK COLD uint64_t rules_look_up(uint64_t key);

/* The epoch, as it stands in the keys: 1 .. 65535. */
SIGNAL_SAFE uint64_t rules_stamp(void);
/* Code was unloaded: no rule is trusted before its module was seen again. */
void rules_forget(void);

#define RULES_SLOTS(i) ((uint64_t)1 << (RULES_FIRST_BITS + 2 * (i)))

/* Slot @way of the place @key in segment @i, which lies at @base.  The low
 * bits of return addresses are as good as any hash of them, and quicker; the
 * ways of a place lie in one cache line. */
SIGNAL_SAFE static ALWAYS_INLINE struct rules_slot
rules_slot(_Atomic uint64_t *base, unsigned i, uint64_t key, unsigned way)
{
	uint64_t at = (key ^ way) & (RULES_SLOTS(i) - 1);

	return (struct rules_slot){ base + at, base + at + RULES_SLOTS(i) };
}

/* The rule of the place @key, when it is in the first segment's first slot for
 * it; else 0.  @stamp is rules_stamp() << 48. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
rules_find(_Atomic uint64_t *base, uint64_t key, uint64_t stamp)
{
	uint64_t at = key & (RULES_SLOTS(0) - 1);
	struct rules_slot s;

	if (likely(atomic_load_explicit(&base[at], memory_order_acquire) ==
	    key + stamp))
		return atomic_load_explicit(&base[at + RULES_SLOTS(0)],
		    memory_order_acquire);
	for (unsigned way = 1; way < RULES_WAYS; way++) {
		s = rules_slot(base, 0, key, way);
		if (atomic_load_explicit(s.key, memory_order_acquire) ==
		    key + stamp)
			return atomic_load_explicit(s.rule,
			    memory_order_acquire);
	}
	return 0;
}

/* The rule of the place @key, wherever it is. */
IN_HOOK static ALWAYS_INLINE uint64_t
rules_get(_Atomic uint64_t *base, uint64_t key, uint64_t stamp)
{
	uint64_t rule = rules_find(base, key, stamp);

	return likely(rule != 0) ? rule : rules_look_up(key);
}

/* The first segment, for rules_get(). */
SIGNAL_SAFE static ALWAYS_INLINE _Atomic uint64_t *
rules_first(void)
{
	return atomic_load_explicit(&rules_segments[0], memory_order_relaxed);
}

#endif
