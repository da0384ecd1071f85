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
	uintptr_t sp, fp;	/* @fp: true where it matters; in a fresh
				 * frame: when it is settled */
	union {
		uint64_t rule;	/* fresh */
		struct {
			uint32_t number; /* kept: of the stack from here
					  * outward; see kept_number() */
			uint32_t step;	/* the rule's high half, and flags */
		};
	};
};

/* Two sums over the stack from a frame outward. */
struct frame_sums {
	uint64_t hash, check;
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

/* So few fresh frames are not worth keeping: the next walk will most likely
 * differ from there on too. */
enum { FEW_FRAMES = 4 };

/* Where a stack has more frames than count, so many more are walked and kept,
 * so that it is not walked anew whenever it becomes more or less deep; where
 * there are still more, not for so many walks. */
enum { FRAMES_BEYOND = 64, ROOM_REST = 1024 };

/* The innermost frames of a recent walk: recent.h. */
enum {
	RECENT_BITS = 3, RECENT_SETS = 1 << RECENT_BITS, RECENT_WAYS = 2,
	RECENT_WORDS = FEW_FRAMES,
};
struct recent {
	uintptr_t pc, not_sp;	/* where it began, ~sp: 0 is nowhere */
	uint64_t word[RECENT_WORDS];	/* the return addresses that it read */
	uint32_t at[RECENT_WORDS];	/* what sp was above them, from there */
	struct frame_sums outer;	/* of the kept frame that it came to, */
	uint32_t base;			/* which is that */
	uint32_t number;	/* of the whole stack */
} __attribute__((aligned(32)));

/* Places that called, by low bits of a hash: call.c. */
enum { CALL_BITS = 6, CALLS = 1 << CALL_BITS };

/* The kept frames lie outermost first from frame[1] on, so that those that are
 * reused stay where they are; a walk puts its fresh frames elsewhere, innermost
 * first. */
struct stack_cache {
	uintptr_t low, high;	/* the thread's stack; 0, 0: not known */
	uint64_t stamp;		/* rules_stamp() << 48 of the kept walk */
	bool whole_range;	/* @low is the stack's true end */
	unsigned depth;		/* so many innermost frames are a stack */
	unsigned room;		/* frames that there is place for */
	unsigned most;		/* that are walked now: @room or @depth */
	unsigned rest;		/* walks until it is @room again */
	unsigned count;		/* kept frames */
	unsigned linked;	/* so many, from the outermost on, are linked by
				 * steps that memory alone confirms */
	unsigned with_rbp;	/* so many of them where an rbp matters */
	unsigned summed;	/* the sums of so many are known, from the */
	unsigned summed_from;	/* outermost on, and of these, inward */
	unsigned poor;		/* walks in a row that reused little */
	bool realigned;		/* there may be a RULE_DRAP among these */
	int recent_trust;	/* below 1: so many walks do without */
	uint8_t recent_older[RECENT_SETS];	/* the way to be used next */
	struct stack_cache *next_free;
	struct frame *fresh;	/* @room of them */
	struct frame_sums *sums; /* of kept frames */
	uintptr_t *saved_at;	/* below @with_rbp: where memory has a kept
				 * frame's fp, or the field's own address when
				 * it does not matter */
	struct recent (*recent)[RECENT_WAYS];	/* sets; NULL: none yet */
	uint64_t call_stamp;	/* rules_stamp() of @call */
	uint32_t call[CALLS];	/* numbers of stacks of one frame; 0: none */
	struct frame *frame;	/* [0] is nobody, [1] the outermost, ... */
	struct frame first[];	/* room for @depth frames and their sums */
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
	uintptr_t sp, fp;	/* @fp: after walk_settle() */
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
	unsigned settled;	/* so many have their fp; @at's is theirs */
	struct frame_sums sums;	/* of the fresh frames */
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

/* Where our own module is; nowhere when we are part of the program. */
extern uintptr_t walk_own_start, walk_own_size
    __attribute__((visibility("hidden")));

/* Puts a window around @sp into @w. */
IN_HOOK bool walk_enter(struct window *w, struct stack_cache *c, uintptr_t sp);

/* Our own frames are none of the host's.  @first: nor is the first. */
IN_HOOK enum walk_end walk_skip_own(struct walk *w, unsigned own, bool first);

/* Walks outward until the root, or a kept frame from which on all is known:
 * then *@base is its index. */
IN_HOOK enum walk_end walk_out(struct walk *w, unsigned *base);

/* Gives all fresh frames their fp, and the walk its own: steps that do not need
 * it do without. */
IN_HOOK void walk_settle(struct walk *w);

/* One step with all registers (walk_full.c). */
IN_HOOK COLD enum walk_end walk_full_step(struct walk_full *f,
    struct stack_cache *c, struct window *w);

/* From @regs out of our own module and the one that @within is in; false when
 * the way leads over a signal, or is not known. */
IN_HOOK bool walk_leave(struct stack_cache *c, struct stack_regs *regs,
    uintptr_t within);

/* The step that walk @w needs and cannot do with three registers. */
IN_HOOK COLD enum walk_end walk_full_from_start(struct walk *w);

#endif
