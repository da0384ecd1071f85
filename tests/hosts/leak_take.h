/*
 * leak_take - blocks for hosts that leave them, and nothing else behind.
 *
 * Memory   the caller's.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef TESTS_HOSTS_LEAK_TAKE_H
#define TESTS_HOSTS_LEAK_TAKE_H

#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline, noclone))

/* The compiler does not know that it is malloc(). */
static NOINLINE void *
take(size_t size)
{
	void *p = malloc(size);

	memset(p, 0, size);
	__asm__ volatile("" : "+r"(p) :: "memory");
	return p;
}

/* What a call left below the stack pointer is overwritten. */
static NOINLINE void
scrub(void)
{
	char room[4096];

	memset(room, 0, sizeof(room));
	__asm__ volatile("" :: "r"(room) : "memory");
}

#endif
