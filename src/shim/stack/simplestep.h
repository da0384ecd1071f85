/*
 * simplestep - the step that nearly every frame takes.
 *
 * Memory   reads the stack below the given end.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_SIMPLESTEP_H
#define DIAG_STACK_SIMPLESTEP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/stack/kept.h"
#include "shim/stack/rules.h"
#include "shim/stack/walk.h"

/* @yes when @flag is not 0, else @no.  Which frames save rbp is not
 * predictable; compilers would make a branch of it. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
simplestep_pick(uint32_t flag, uint64_t yes, uint64_t no)
{
	__asm__("test %1, %1\n\tcmovnz %2, %0"
	    : "+r"(no) : "r"(flag), "r"(yes) : "cc");
	return no;
}

/* The caller of @a by @rule, where that takes no more than an addition and two
 * reads.  False, and nothing done, when it takes more. */
SIGNAL_SAFE static ALWAYS_INLINE bool
simplestep(struct walk_at *a, uint64_t rule, uintptr_t high)
{
	uint32_t kind = RULE_KIND(rule);
	uintptr_t cfa = a->sp + RULE_OFFSET(rule);

	/* Code has frame pointers or has not: this is predictable. */
	if ((kind & (RULE_SIMPLE | RULE_BY_RBP)) != RULE_SIMPLE) {
		cfa = a->fp + RULE_OFFSET(rule);
		if (unlikely((kind & RULE_SIMPLE) == 0 || cfa < a->sp + 8))
			return false;
	}
	if (unlikely(cfa > high))
		return false;
	a->key = word_at(cfa - 8);
	a->fp = simplestep_pick(kind & RULE_SAVES_RBP,
	    word_at(cfa - RULE_FP(rule)), a->fp);
	a->sp = cfa;
	return true;
}

#endif
