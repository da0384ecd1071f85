/*
 * unwind_jumps - stacks that are not the thread's: coroutines by swapcontext()
 * on mapped and on malloc'ed memory, and jumps between frames.
 */
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "tests/oracle/chain.h"

enum { STACK = 65536, ROUNDS = 4 };

static ucontext_t home, away[2];
static jmp_buf back;
static volatile bool jump = true;

static NOINLINE void
leaf(const char *name)
{
	CHAIN_ENTER();
	chain_check(name);
	CHAIN_LEAVE();
}

/* makecontext() leaves a return address that no call made, and that no table
 * covers: it is the last that a walk can know. */
static NOINLINE void
leaf_away(void)
{
	CHAIN_ENTER();
	chain_check_cut("in a coroutine");
	CHAIN_LEAVE();
}

static NOINLINE void
yield(unsigned which, unsigned depth)
{
	CHAIN_ENTER();
	if (depth > 0)
		yield(which, depth - 1);
	else {
		leaf_away();
		swapcontext(&away[which], &home);
	}
	CHAIN_LEAVE();
}

/* A coroutine has its own chain; the one of its caller waits in @saved. */
static void
body(unsigned which)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned saved = chain_n;
		uintptr_t first = chain_pc[0];

		chain_n = 0;
		CHAIN_ENTER();
		yield(which, i);
		chain_n = saved;
		chain_pc[0] = first;
	}
}

/* The two take turns, so that both stacks are half way down. */
static NOINLINE void
coroutines(void *mapped, void *allocated)
{
	uintptr_t saved[16];
	unsigned n = chain_n;

	for (unsigned i = 0; i < n; i++)
		saved[i] = chain_pc[i];
	for (unsigned i = 0; i < 2; i++) {
		getcontext(&away[i]);
		away[i].uc_stack.ss_sp = i ? mapped : allocated;
		away[i].uc_stack.ss_size = STACK;
		away[i].uc_link = &home;
		makecontext(&away[i], (void (*)(void))body, 1, i);
	}
	for (unsigned i = 0; i < 2 * ROUNDS; i++) {
		swapcontext(&home, &away[i & 1]);
		for (unsigned k = 0; k < n; k++)
			chain_pc[k] = saved[k];
		chain_n = n;
		CHAIN_ENTER();
		leaf("between coroutines");
		CHAIN_LEAVE();
	}
}

static NOINLINE void
jump_from(unsigned depth)
{
	CHAIN_ENTER();
	if (depth > 0) {
		jump_from(depth - 1);
	} else {
		leaf("before longjmp");
		if (jump)
			longjmp(back, 1);
	}
	CHAIN_LEAVE();
}

static NOINLINE void
jumps(void)
{
	unsigned n;

	CHAIN_ENTER();
	n = chain_n;
	for (volatile unsigned i = 0; i < 5; i++) {
		if (setjmp(back) == 0)
			jump_from(i);
		chain_n = n;
		leaf("after longjmp");
	}
	CHAIN_LEAVE();
}

int
main(void)
{
	void *mapped = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *allocated = malloc(STACK);

	CHAIN_ENTER();
	coroutines(mapped, allocated);
	jumps();
	free(allocated);
	return chain_result();
}
