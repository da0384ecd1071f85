/*
 * walk - from a set of registers to the frames that called, and their number.
 *
 * A step needs the place, the stack pointer and rbp, and gives those of the
 * caller.  What a step reads is memory at addresses that follow from these
 * three; so a walk that comes to the same three as the thread's previous walk
 * need only see that the words it would read are what they were: then the rest
 * of the stack, and its number, are what they were too.
 *
 * Memory   a struct stack_cache per thread.
 * Threads  a cache has one owner.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_WALK_H
#define DIAG_STACK_WALK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/stack/bounds.h"
#include "shim/stack/cfi.h"
#include "shim/stack/stack.h"

/* A frame, as it was entered: the state that its step starts from. */
struct frame {
	uint64_t where;		/* place, module << 48, as in the tree */
	uintptr_t sp, fp;
	uint32_t number;	/* of the stack from here outward */
	uint32_t step;		/* the low bits of its rule; see walk.c */
	uint64_t hash;		/* of the stack from here outward */
	const uint64_t *fp_at;	/* in a kept frame: where its caller's rbp is */
};

struct stack_cache {
	uintptr_t low, high;	/* the thread's stack; 0, 0: not known */
	size_t size;		/* of the mapping */
	uint64_t stamp;		/* rules_stamp() of the kept walk */
	bool whole_range;	/* @low is the stack's true end */
	unsigned depth;		/* frames that there is place for */
	unsigned kept_count;
	struct frame *fresh;	/* scratch: a walk, innermost first */
	struct frame kept[];	/* [0] is nobody, [1] the outermost, ... */
};

enum walk_end {
	WALK_ON,	/* there is a caller */
	WALK_ROOT,	/* nobody called */
	WALK_CUT,	/* nobody knows who called */
};

/* All registers, for steps that need more than three. */
struct walk_full {
	uint64_t key;		/* the place, as rules.h has it */
	uint64_t r[CFI_REGS];
	bool interrupted;	/* a signal arrived at the place */
	bool aside;		/* the last step went over to another stack */
};

/* Where a walk is. */
struct walk_at {
	uint64_t key;
	uintptr_t sp, fp;
};

struct walk {
	struct walk_at at;
	struct window window;
	struct stack_cache *c;
	const struct stack_regs *start;	/* or &resume */
	struct stack_regs resume;	/* where all registers are known */
	uint64_t stamp;		/* << 48, as the keys have it */
	_Atomic uint64_t *rules;	/* rules_first() */
	unsigned meet;		/* the kept frame that the walk may come to */
	unsigned count;		/* fresh frames */
	unsigned depth;		/* how many frames are wanted */
	uint64_t hash, power;	/* of the fresh frames */
};

/* What is below the stack pointer and still a function's own. */
enum { WALK_RED_ZONE = 128 };

/* No other address can be code of a program. */
SIGNAL_SAFE static inline bool
walk_is_place(uint64_t key)
{
	return key - 1 < ((uint64_t)1 << 47) - 1;
}

/* The number of the stack at @start; 0 without memory.  Innermost frames in
 * module @own are left out; the very first one, whatever it is, when @first
 * says so. */
IN_HOOK uint32_t walk_number(struct stack_cache *c,
    const struct stack_regs *start, uint32_t own, bool first);

/* Puts a window around @sp into @w. */
IN_HOOK bool walk_enter(struct window *w, struct stack_cache *c, uintptr_t sp);

/* One step with all registers (walk_full.c). */
IN_HOOK COLD enum walk_end walk_full_step(struct walk_full *f,
    struct stack_cache *c, struct window *w);

/* The step that walk @w needs and cannot do with three registers. */
IN_HOOK COLD enum walk_end walk_full_from_start(struct walk *w);

#endif
