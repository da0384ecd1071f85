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
	uintptr_t saved_at;	/* in a kept frame: where memory has @fp, or
				 * @fp's own address when it does not matter */
	uint64_t hash, check;	/* kept: two sums over the stack from here
				 * outward; fresh: this frame's part of them */
	uint32_t number;	/* kept: of that stack; see kept_number() */
	uint32_t step;		/* the high half of its rule, and flags */
};

/* A frame's step: the kind, and where rbp was saved below the CFA; two bits
 * that no rule uses are flags. */
#define STEP_OF(word) ((uint32_t)((word) >> RULE_AT_KIND))
#define STEP_KIND(step) ((step) & 7)
#define STEP_FP(step) ((uintptr_t)((step) >> 3 & RULE_FP_MASK) * 8)
/* What lies outward depends on the rbp that the frame was entered with. */
#define STEP_FP_MATTERS (1u << 14)
/* A signal arrived at the frame's place. */
#define STEP_INTERRUPTED (1u << 15)

/* A frame on top of a stack, and the number of the two. */
struct child {
	uint64_t where;
	uint32_t parent, number;
};

/* The last known child at a place: how far its number was from its parent's.
 * What one function calls in a row was mostly numbered in a row too. */
struct step_inward {
	uint64_t where;
	uint32_t distance;
};

/* The last walk that had one frame on top of kept frame @base: entered at @key
 * with @sp, the stack is @number.  @key 0: there is none. */
struct lone {
	uint64_t key;
	uintptr_t sp;
	uint32_t number, base;
};

/* So many are remembered; so few fresh frames are not worth keeping. */
enum { CHILDREN = 128, STEPS_INWARD = 8, FEW_FRAMES = 3 };

/* The kept frames lie outermost first from frame[1] on, so that those that are
 * reused stay where they are; a walk puts its fresh frames at the other end,
 * innermost last. */
struct stack_cache {
	uintptr_t low, high;	/* the thread's stack; 0, 0: not known */
	uint64_t stamp;		/* rules_stamp() << 48 of the kept walk */
	bool whole_range;	/* @low is the stack's true end */
	unsigned depth;		/* frames that there is place for */
	unsigned count;		/* kept frames */
	unsigned linked;	/* so many, from the outermost on, are linked by
				 * steps that memory alone confirms */
	unsigned with_rbp;	/* so many of them where an rbp matters */
	bool realigned;		/* there may be a RULE_DRAP among these */
	struct stack_cache *next_free;
	struct lone lone;
	struct child child[CHILDREN];
	struct step_inward step_inward[STEPS_INWARD];
	struct frame frame[];	/* [0] is nobody, [1] the outermost, ... */
};

enum walk_end {
	WALK_ON,	/* there is a caller */
	WALK_ROOT,	/* nobody called */
	WALK_CUT,	/* nobody knows who called */
	WALK_UNKNOWN,	/* more registers would have been needed */
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
	const struct stack_regs *start;	/* or &resume; NULL: not known */
	struct stack_regs resume;	/* where all registers are known */
	uint64_t stamp;		/* as the cache has it */
	uint64_t interrupted;	/* the last key that is not after a call */
	struct rules_slot *rules;	/* rules_first() */
	unsigned meet;		/* the kept frame that the walk may come to */
	unsigned count;		/* fresh frames */
	unsigned depth;		/* how many frames are wanted */
	uint64_t hash, check;	/* of the fresh frames */
	uint32_t kinds;		/* RULE_BY_RBP: one of them needs rbp */
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

/* The same for the caller of a function that was entered with these three.  0
 * also when they are not enough. */
IN_HOOK uint32_t walk_number_at(struct stack_cache *c, uint64_t key,
    uintptr_t sp, uintptr_t fp);

/* Puts a window around @sp into @w. */
IN_HOOK bool walk_enter(struct window *w, struct stack_cache *c, uintptr_t sp);

/* Our own frames are none of the host's.  @first: nor is the first. */
IN_HOOK enum walk_end walk_skip_own(struct walk *w, unsigned own, bool first);

/* Walks outward until the root, or a kept frame from which on all is known:
 * then *@base is its index. */
IN_HOOK enum walk_end walk_out(struct walk *w, unsigned *base);

/* One step with all registers (walk_full.c). */
IN_HOOK COLD enum walk_end walk_full_step(struct walk_full *f,
    struct stack_cache *c, struct window *w);

/* The step that walk @w needs and cannot do with three registers. */
IN_HOOK COLD enum walk_end walk_full_from_start(struct walk *w);

#endif
