/*
 * chain - a host's own record of who called whom, to hold unwinders against.
 *
 * Every function of a chain pushes its return address when it is entered and
 * takes it off when it leaves; chain_check() then knows what a walk must find
 * from its own caller on.  The walking is done by the preloaded oracle, through
 * oracle_check(); without the oracle a host says that it was skipped.
 *
 * Memory   one array per thread.
 * Threads  each thread has its chain.
 * Fork     the child keeps the chain.
 */
#ifndef DIAG_TESTS_CHAIN_H
#define DIAG_TESTS_CHAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CHAIN_MAX = 2048 };
enum chain_end { CHAIN_WHOLE, CHAIN_CUT };

/* What a walk must find: @pc, innermost first, @n of them, and then anything
 * up to the root (CHAIN_WHOLE), or nothing more (CHAIN_CUT). */
struct oracle_expect {
	const char *name;
	const uintptr_t *pc;
	unsigned n;
	enum chain_end end;
};

/* True when our walk from here, without its first frame, is as expected. */
bool oracle_check(const struct oracle_expect *e) __attribute__((weak));
/* The number of the stack from here. */
uint32_t oracle_number(void) __attribute__((weak));

extern __thread uintptr_t chain_pc[CHAIN_MAX];
extern __thread unsigned chain_n;
extern int chain_failed;

#define CHAIN_ENTER() chain_push(__builtin_return_address(0))
#define CHAIN_LEAVE() ((void)chain_n--)
#if defined(__clang__)
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone, noipa))
#endif

static inline void
chain_push(const void *pc)
{
	chain_pc[chain_n++] = (uintptr_t)pc;
}

/* The place that a signal interrupted, as stacks have it. */
static inline void
chain_push_interrupted(uintptr_t pc)
{
	chain_pc[chain_n++] = pc + 1;
}

/* Holds a walk from here against the chain. */
void chain_check(const char *name);
/* The same, where nobody can know what called the chain's outermost. */
void chain_check_cut(const char *name);
/* What main() returns. */
int chain_result(void);

#ifdef __cplusplus
}
#endif
#endif
