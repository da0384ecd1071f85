/*
 * walkrun - the loop that nearly every walk is.
 *
 * A frame whose caller the stack pointer alone leads to takes some thirty
 * instructions: its rule, the addition, the read of the return address, its
 * part of the stack's sums.  What rbp was is nobody's business then, and is
 * worked out behind the walk when somebody asks (walk_settle()).
 *
 * Memory   reads the stack below the window's end.
 * Threads  a walk has one owner.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_WALKRUN_H
#define DIAG_STACK_WALKRUN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/stack/kept.h"
#include "shim/stack/rules.h"
#include "shim/stack/simplestep.h"
#include "shim/stack/stackset.h"
#include "shim/stack/walk.h"

/* Where such a walk is, and what it found. */
struct walkrun {
	uint64_t key;
	uintptr_t sp;
	uintptr_t fp;		/* by rbp: what it is */
	struct frame *fresh;	/* where the next one goes */
	struct frame_sums sums;	/* of the fresh frames */
	uint32_t kinds;		/* by rbp: of their rules */
};

/* Puts a frame where the next one goes. */
SIGNAL_SAFE static ALWAYS_INLINE void
walkrun_add(struct walkrun *r, const struct stack_cache *c, uint64_t rule)
{
	struct frame *f = r->fresh;
	stackset_product part;

	f->where = r->key | (rule >> RULES_KEY_BITS << RULES_KEY_BITS);
	f->sp = r->sp;
	f->rule = rule;
	part = kept_part(f->where, r->sp, c->high);
	r->sums.hash += (uint64_t)part;
	r->sums.check += (uint64_t)(part >> 64);
	r->fresh++;
}

/* As many steps by the stack pointer as there are, until it is @until or more,
 * or there is no place before @end; stops before any other step.  @stamp:
 * rules_stamp() << 48.  @high: of the stack that the walk is on. */
SIGNAL_SAFE static ALWAYS_INLINE void
walkrun_steps(struct walkrun *r, const struct stack_cache *c, uint64_t stamp,
    uintptr_t high, uintptr_t until, const struct frame *end)
{
	struct rules_slot *rules = rules_first();
	struct walkrun at = *r;

	while (at.sp < until && at.fresh < end) {
		uint64_t rule = rules_find(rules, at.key, stamp);
		uintptr_t offset = RULE_OFFSET_BY_RSP(rule);

		if (unlikely(offset > high - at.sp))
			break;
		walkrun_add(&at, c, rule);
		at.sp += offset;
		at.key = word_at(at.sp - 8);
	}
	*r = at;
}

/* The same by rbp too.  All frames have their fp. */
SIGNAL_SAFE static ALWAYS_INLINE void
walkrun_steps_by_rbp(struct walkrun *r, const struct stack_cache *c,
    uint64_t stamp, uintptr_t high, uintptr_t until, const struct frame *end)
{
	struct rules_slot *rules = rules_first();
	struct walkrun at = *r;

	while (at.sp < until && at.fresh < end) {
		uint64_t rule = rules_find(rules, at.key, stamp);
		struct walk_at to = { at.key, at.sp, at.fp };

		if (!simplestep(&to, rule, high))
			break;
		at.fresh->fp = at.fp;
		walkrun_add(&at, c, rule);
		at.kinds |= STEP_OF(rule);
		at.key = to.key;
		at.sp = to.sp;
		at.fp = to.fp;
	}
	*r = at;
}

/* Gives the @count fresh frames from @f on their fp; @fp is the first one's,
 * @sp what the last one leads to.  What fp is there. */
SIGNAL_SAFE static inline uintptr_t
walkrun_settle(struct frame *f, unsigned count, uintptr_t sp, uintptr_t fp)
{
	for (; count > 0; count--, f++) {
		uintptr_t cfa = count > 1 ? f[1].sp : sp;

		f->fp = fp;
		if ((STEP_KIND(f->step) & RULE_SAVES_RBP) != 0)
			fp = word_at(cfa - STEP_FP(f->step));
	}
	return fp;
}

#endif
