/*
 * emulated - is this process run by valgrind, instruction by instruction?
 *
 * Its tools put functions of their own in the place of malloc's, and it knows
 * no clone() but a thread's with everything shared and a child's.  It tells
 * who asks by four rotations that together change nothing (valgrind's
 * "Client Request Mechanism"); a processor does just these.
 *
 * Memory   none.
 * Threads  any.
 * Fork     the answer stays.
 */
#ifndef DIAG_BASE_EMULATED_H
#define DIAG_BASE_EMULATED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* "How many valgrinds are around me?" */
enum { EMULATED_ASK = 0x1001 };

SIGNAL_SAFE static inline bool
emulated(void)
{
	const volatile uint64_t request[6] = { EMULATED_ASK };
	uint64_t answer = 0;

	__asm__ volatile(
	    "rolq $3, %%rdi\n\t"
	    "rolq $13, %%rdi\n\t"
	    "rolq $61, %%rdi\n\t"
	    "rolq $51, %%rdi\n\t"
	    "xchgq %%rbx, %%rbx"
	    : "+d"(answer)
	    : "a"(request)
	    : "cc", "memory");
	return answer != 0;
}

#endif
