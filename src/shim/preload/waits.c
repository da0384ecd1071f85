/*
 * waits - the hot halves.  This file is compiled without frame pointers: each
 * function is one load, one branch and a jump.
 */
#include "shim/preload/waits.h"

#include <sys/syscall.h>

#include "shim/state/state.h"

/* The names are given to the assembler alone: libc's headers declare some of
 * them with types and attributes that only matter to callers. */
#define HOT(result, name, slot, params, args, seen_args)		\
DIAG_EXPORT result hot_##slot(params) __asm__(#name);			\
result									\
hot_##slot(params)							\
{									\
	if (likely(!wait_armed()))					\
		return waits_real.slot(args);				\
	return slot##_seen(seen_args);					\
}

#define X(result, name, version, slot, params, args, kind, object)	\
	HOT(result, name, slot, P(params), A(args), A(CALLER(), args))
WAITS_PLAIN(X)
WAITS_SAFE(X)
WAITS_SPECIAL(X)
#undef X
HOT(int, pause, pause, void, , CALLER())
HOT(int, sched_yield, sched_yield, void, , CALLER())

DIAG_EXPORT void hot_c11_yield(void) __asm__("thrd_yield");
void
hot_c11_yield(void)
{
	if (likely(!wait_armed()))
		waits_real.c11_yield();
	else
		c11_yield_seen(CALLER());
}

/* Variadic in the header, and all arguments are longs: with this signature
 * the seventh stays where the caller put it, on the stack, and the real
 * syscall() finds all of them as they came. */
DIAG_EXPORT long hot_syscall(long nr, long a, long b, long c, long d,
    long e, long f) __asm__("syscall");
long
hot_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	if (likely(!wait_armed() && nr != SYS_seccomp))
		return waits_real.syscall(nr, a, b, c, d, e, f);
	return syscall_seen(nr, a, b, c, d, e, f);
}
