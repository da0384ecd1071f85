/*
 * stack - capture the calling thread's stack, and keep equal stacks once.
 *
 * A stack is a number.  stack_capture() walks from the wrapper to the root with
 * unwind rules cached per return address (from .eh_frame, found by
 * _dl_find_object(), which takes no lock), reuses what it can verify of the
 * thread's previous walk, and returns the number of the tree node
 * (parent, return address) it ended at.  Equal stacks have equal numbers.
 *
 * A frame's address is the return address of its call; a frame that a signal
 * interrupted gives the address of its instruction + 1.  So @pc - 1 always lies
 * in the instruction that a name should be looked up for.
 *
 * Memory   mem_map'ed tables that grow; caches of 6 KiB, used again.
 * Threads  any number capture at once; the tree is lock-free to read and
 *          inserts by compare-and-swap.
 * Fork     the child keeps the tree; caches of other threads are dropped.
 */
#ifndef DIAG_STACK_STACK_H
#define DIAG_STACK_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum { STACK_DEPTH_MAX = 512 };
/* Number 0 is never given out; STACK_NONE means that nothing was captured. */
enum { STACK_NONE = 0 };

/* Registers a walk starts from, when it is not "here": a signal's context. */
struct stack_regs {
	uintptr_t pc, sp, fp, rbx, r12, r13, r14, r15;
	bool interrupted;	/* @pc is the instruction itself, not a return
				 * address: a signal arrived there */
};

/* How one of our functions was entered: where it returns to, and what the
 * caller has in rsp and rbp then.  @sp 0: not known. */
struct stack_origin {
	uintptr_t pc, sp, fp;
};

/* For the function it is used in, which must not be inlined: that keeps a frame
 * pointer, at which the caller's lies, for this. */
#define STACK_ORIGIN() ({ \
	const uintptr_t *frame_ = __builtin_frame_address(0); \
	(struct stack_origin){ \
	    .pc = frame_[1], \
	    .sp = (uintptr_t)(frame_ + 2), \
	    .fp = frame_[0], \
	}; \
})

/* Per-thread memory of the previous walk; opaque.  Under 6 KiB at the usual
 * depth. */
struct stack_cache;

/* Prepares the tables; @depth frames are kept per stack.  0 or -errno. */
int stack_init(unsigned depth);
/* The address of the word at which the kernel had the first thread begin: what
 * the loader or a hand-made program has no table for ends there. */
void stack_set_first(const void *sp);
/* How many that are at most. */
SIGNAL_SAFE unsigned stack_depth(void);

/* A cache for a thread whose stack is [@low, @high); NULL without memory (then
 * captures work, without reuse).  0,0 for bounds: not known, the walk checks
 * with the kernel's help once. */
IN_HOOK struct stack_cache *stack_cache_make(uintptr_t low, uintptr_t high);
IN_HOOK void stack_cache_drop(struct stack_cache *c);

/* Captures the calling thread's stack from here; frames inside libdiag's own
 * text are left out, so the first frame is the host's call of the wrapper.
 * Returns the stack's number or STACK_NONE (no memory).  @c may be
 * NULL. */
IN_HOOK uint32_t stack_capture(struct stack_cache *c);
/* The same for the caller of the function that was entered as @from says: from
 * there, when those three are enough, and without the way through our own
 * frames.  Must be called below that function. */
IN_HOOK uint32_t stack_capture_at(struct stack_cache *c,
    const struct stack_origin *from);
/* The number of the call alone: what stack_capture_at() tells, cut behind its
 * innermost frame.  Takes no walk. */
IN_HOOK uint32_t stack_capture_call(struct stack_cache *c,
    const struct stack_origin *from);
/* The same from @regs. */
IN_HOOK uint32_t stack_capture_regs(struct stack_cache *c,
    const struct stack_regs *regs);

/* What the host has in its registers where it called code of the module that
 * @within is in, which called us.  False when that is not known. */
IN_HOOK bool stack_leave(uintptr_t within, struct stack_regs *host);

/* Fills @pc with the return addresses of stack @id, innermost first, at most
 * @max; returns how many there are in all.  *@cut (may be NULL) becomes true
 * when the walk did not reach the root (depth limit, foreign stack, no CFI). */
IN_HOOK unsigned stack_frames(uint32_t id, uintptr_t *pc, unsigned max,
    bool *cut);

/* The same, with the number of the module that each address was in when it was
 * seen (0: in none that the loader knew).  @pc and @module may be NULL. */
IN_HOOK unsigned stack_frames_in(uint32_t id, uintptr_t *pc, uint32_t *module,
    unsigned max, bool *cut);

/* A mapped object that frames were seen in.  Its number stays its own: when it
 * was unloaded and other code lies at its addresses now, that is another
 * number, and so are the stacks.  Names belong to (module, address). */
struct stack_module {
	uintptr_t start, end;	/* where it was mapped */
	uintptr_t bias;		/* run-time address - address in the file */
	const char *name;	/* the loader's path; "" for the program */
};

/* False when there is no module of that number. */
SIGNAL_SAFE bool stack_module(uint32_t number, struct stack_module *out);

/* One past the largest number given out so far. */
IN_HOOK uint32_t stack_limit(void);
/* Called by preload after dlclose(): rules and reuse keyed by addresses of
 * unmapped code are forgotten. */
void stack_forget_code(void);
void stack_after_fork(void);

#endif
