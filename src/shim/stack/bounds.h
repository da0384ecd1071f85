/*
 * bounds - the memory that a walk may read, and nothing else.
 *
 * On the thread's own stack, whose end is known, everything from the stack
 * pointer up to the end is mapped.  On any other stack (a coroutine's, a
 * signal handler's) each page is asked for first, in this walk: the kernel is
 * made to read it and says EFAULT when it cannot.
 *
 * Memory   the caller's.
 * Threads  a window belongs to one walk.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_BOUNDS_H
#define DIAG_STACK_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* A stretch of stack that can be read now. */
struct window {
	uintptr_t low, high;
	bool foreign;	/* not the thread's own stack: grows page by page */
	uint16_t asked;	/* pages asked for in this walk */
};

/* Learns where the process's first stack ends. */
void bounds_init(void);

/* The stack pointer that the process began with. */
void bounds_set_first(uintptr_t sp);
/* True for what the code that the process began in has in its stack pointer
 * where it calls: nobody called that code. */
IN_HOOK bool bounds_is_first(uintptr_t sp);

/* Finds the end of the stack that holds @sp, for a thread that nobody knows.
 * [*@low, *@high) can be read; false when it is no stack of the thread's. */
IN_HOOK bool bounds_of_thread(uintptr_t sp, uintptr_t *low, uintptr_t *high);

/* Makes more of the thread's stack known: from *@low down to @sp. */
IN_HOOK bool bounds_deepen(uintptr_t sp, uintptr_t *low);

/* A window around @sp on a stack that is not the thread's own. */
IN_HOOK bool bounds_foreign(struct window *w, uintptr_t sp);

/* Makes the foreign window @w reach to @end; false when it cannot. */
IN_HOOK bool bounds_reach(struct window *w, uintptr_t end);

/* The word at @at, when it is inside the window (a foreign one may grow). */
IN_HOOK bool bounds_read(struct window *w, uintptr_t at, uint64_t *word);

/* True when the kernel can read a word at @at. */
IN_HOOK bool bounds_can_read(uintptr_t at);

#endif
