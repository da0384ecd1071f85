/*
 * unwind_signals - stacks with signal frames in them: on the normal stack, on
 * an alternate one, handler in handler, a call of a null pointer.
 */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "tests/oracle/chain.h"

static void (*volatile no_function)(void);
static volatile int nested;

static NOINLINE void
trap(void)
{
	CHAIN_ENTER();
	__asm__ volatile("ud2" ::: "memory");
	CHAIN_LEAVE();
}

/* SIGILL: behind the instruction it goes on. */
static void
on_ill(int sig, siginfo_t *info, void *arg)
{
	ucontext_t *context = arg;
	greg_t *reg = context->uc_mcontext.gregs;

	chain_push_interrupted((uintptr_t)reg[REG_RIP]);
	CHAIN_ENTER();
	chain_check(nested ? "handler in a handler" : "handler");
	if (nested++ == 0) {
		trap();
		chain_check("handler, after another one");
	}
	chain_n -= 2;
	reg[REG_RIP] += 2;
}

/* SIGSEGV at address 0: the call's return address is on the stack. */
static void
on_segv(int sig, siginfo_t *info, void *arg)
{
	ucontext_t *context = arg;
	greg_t *reg = context->uc_mcontext.gregs;
	uintptr_t *sp = (uintptr_t *)reg[REG_RSP];

	chain_push((void *)*sp);
	chain_push_interrupted((uintptr_t)reg[REG_RIP]);
	CHAIN_ENTER();
	chain_check("call of a null pointer");
	chain_n -= 3;
	reg[REG_RIP] = (greg_t)*sp;
	reg[REG_RSP] += 8;
}

static void
handle(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = handler;
	sa.sa_flags = SA_SIGINFO | SA_NODEFER | flags;
	sigaction(sig, &sa, NULL);
}

static NOINLINE void
call_nothing(void)
{
	CHAIN_ENTER();
	no_function();
	CHAIN_LEAVE();
}

static NOINLINE void
all(void)
{
	CHAIN_ENTER();
	nested = 0;
	trap();
	call_nothing();
	chain_check("after handlers");
	CHAIN_LEAVE();
}

int
main(void)
{
	size_t size = 65536;
	stack_t other = { .ss_size = size };

	CHAIN_ENTER();
	handle(SIGILL, on_ill, 0);
	handle(SIGSEGV, on_segv, 0);
	all();
	other.ss_sp = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigaltstack(&other, NULL);
	handle(SIGILL, on_ill, SA_ONSTACK);
	handle(SIGSEGV, on_segv, SA_ONSTACK);
	all();
	return chain_result();
}
