/*
 * unwind_frames - frames that are hard to leave: tail calls, realigned stacks,
 * variable sizes, a noreturn call as the last instruction, deep recursion.
 */
#include <alloca.h>
#include <setjmp.h>
#include <string.h>

#include "tests/oracle/chain.h"

static volatile unsigned opaque = 3;
static jmp_buf back;

static NOINLINE void
innermost(const char *name)
{
	CHAIN_ENTER();
	chain_check(name);
	CHAIN_LEAVE();
}

/* It is gone when innermost() runs. */
static NOINLINE void
tail_called(const char *name)
{
	__asm__ volatile("");
	innermost(name);
}

static NOINLINE void
tail(void (*next)(const char *), const char *name)
{
	CHAIN_ENTER();
	next(name);
	CHAIN_LEAVE();
}

__attribute__((force_align_arg_pointer)) static NOINLINE void
realigned(const char *name)
{
	volatile char room[40];

	CHAIN_ENTER();
	room[0] = (char)opaque;
	innermost(name);
	room[1] = room[0];
	CHAIN_LEAVE();
}

static NOINLINE void
over_aligned(const char *name, unsigned n)
{
	volatile char room[64] __attribute__((aligned(64)));

	CHAIN_ENTER();
	room[n] = (char)opaque;
	innermost(name);
	room[1] = room[n];
	CHAIN_LEAVE();
}

/* Realigned and of variable size: the CFA is kept in memory. */
static NOINLINE void
over_aligned_variable(const char *name, unsigned n)
{
	volatile char room[64] __attribute__((aligned(64)));
	volatile char *more = alloca(n * 100);

	CHAIN_ENTER();
	room[n] = (char)opaque;
	more[n] = room[n];
	innermost(name);
	room[1] = more[n];
	CHAIN_LEAVE();
}

static NOINLINE void
variable(const char *name, unsigned n)
{
	volatile char *room = alloca(n * 40);

	CHAIN_ENTER();
	room[0] = (char)opaque;
	innermost(name);
	room[1] = room[0];
	CHAIN_LEAVE();
}

static NOINLINE int
many_arguments(int a, int b, int c, int d, int e, int f, int g, int h,
    const char *name)
{
	CHAIN_ENTER();
	innermost(name);
	CHAIN_LEAVE();
	return a + b + c + d + e + f + g + h;
}

static __attribute__((noreturn)) NOINLINE void
never_back(const char *name)
{
	CHAIN_ENTER();
	chain_check(name);
	CHAIN_LEAVE();
	longjmp(back, 1);
}

/* The call is the last instruction: the return address is the next function's
 * first. */
static __attribute__((noreturn)) NOINLINE void
ends_with_call(const char *name)
{
	CHAIN_ENTER();
	never_back(name);
}

static NOINLINE unsigned
recursion(unsigned depth, const char *name)
{
	unsigned got = 1;

	CHAIN_ENTER();
	if (depth == 0)
		chain_check(name);
	else
		got += recursion(depth - 1, name);
	CHAIN_LEAVE();
	return got;
}

/* Every second level has another frame. */
static NOINLINE unsigned mixed(unsigned depth, const char *name);

static NOINLINE unsigned
mixed_other(unsigned depth, const char *name)
{
	volatile char *room = alloca(depth * 8 + opaque);
	unsigned got;

	CHAIN_ENTER();
	room[0] = 0;
	got = mixed(depth, name) + (unsigned)room[0];
	CHAIN_LEAVE();
	return got;
}

static NOINLINE unsigned
mixed(unsigned depth, const char *name)
{
	unsigned got = 1;

	CHAIN_ENTER();
	if (depth == 0)
		chain_check(name);
	else if (depth & 1)
		got += mixed_other(depth - 1, name);
	else
		got += mixed(depth - 1, name);
	CHAIN_LEAVE();
	return got;
}

int
main(void)
{
	unsigned before;

	CHAIN_ENTER();
	for (volatile int round = 0; round < 3; round++) {
		before = chain_n;
		innermost("plain");
		tail(tail_called, "tail call");
		realigned("realigned");
		over_aligned("over-aligned", opaque);
		over_aligned_variable("over-aligned and variable", opaque);
		variable("alloca", opaque + (unsigned)round);
		many_arguments(1, 2, 3, 4, 5, 6, 7, 8, "pushed arguments");
		if (setjmp(back) == 0)
			ends_with_call("noreturn call at the end");
		chain_n = before;
		innermost("after longjmp");
		recursion(100, "recursion");
		recursion(400 + (unsigned)round, "deep recursion");
		recursion(1000, "deeper than is kept");
		mixed(60, "mixed recursion");
	}
	return chain_result();
}
