/*
 * code - what the bytes of code tell: whom a call calls, how large a frame is.
 *
 * Memory   none.
 * Threads  any; what reads by itself asks the kernel whether it can.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_CODE_H
#define DIAG_STACK_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* What a caller has made sure of that it can be read: eight bytes before @end,
 * twelve from @at on. */
enum { CODE_BEFORE = 8, CODE_STUB = 12 };

/* Is the instruction that ends where @end begins a call? */
SIGNAL_SAFE bool code_ends_call(const uint8_t *end);
/* Where the direct call that ends there, at address @to, goes; 0 when it is an
 * indirect one. */
SIGNAL_SAFE uintptr_t code_call_target(const uint8_t *end, uint64_t to);
/* The jmp *slot(%rip) of the linker's stub at @at, behind an endbr64 and a bnd;
 * NULL when it is none. */
SIGNAL_SAFE const uint8_t *code_stub_jump(const uint8_t *at);

enum code_call {
	CODE_CALLS_NOT,	/* no call; or one of another function, also if that
			 * went on to this by a jump */
	CODE_CALLS_MAYBE,	/* its target was in a register or in memory */
	CODE_CALLS_IS,	/* this one, or a linker's stub that jumps here */
};

/* Is what returns to @to a call of the function at @function? */
DETACHED enum code_call code_call(uint64_t to, uintptr_t function);

/* How far below its saved rbp the function at @function, which keeps a frame
 * pointer and has @saved bytes of saved registers below that, puts its stack
 * pointer: it is there at its calls when it asks for no more later on. */
DETACHED uint64_t code_frame(uintptr_t function, uint64_t saved);

#endif
