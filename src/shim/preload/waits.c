/*
 * waits - the hot halves.  This file is compiled without frame pointers: each
 * function is one load, one branch and a jump.
 *
 * Servers take free locks more often than they do anything else, so that this,
 * too, is hot while waits are announced: the lock is tried here, and only one
 * that is taken is the cold half's business.
 */
#include "shim/preload/waits.h"

#include <errno.h>
#include <sys/syscall.h>

#include "shim/preload/sandbox.h"
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
WAITS_COND(X)
WAITS_SEM(X)
WAITS_PLAIN(X)
WAITS_SAFE(X)
WAITS_TIMED_LOCKS(X)
WAITS_TRY(X)
WAITS_SIGNAL(X)
#undef X

/* Waits are announced, and nothing else has to be done at a wait. */
static ALWAYS_INLINE bool
only_announced(void)
{
	return atomic_load_explicit(&state_armed_wait,
	    memory_order_relaxed) == ARMED_STATE;
}

#define HOT_LOCK(name, slot, type, try, simple)				\
DIAG_EXPORT int hot_##slot(type *l) __asm__(#name);			\
int									\
hot_##slot(type *l)							\
{									\
	if (likely(!wait_armed()))					\
		return waits_real.slot(l);				\
	if (likely(only_announced() && simple)) {			\
		int r = waits_real.try(l);				\
									\
		if (likely(r != EBUSY))					\
			return r;					\
	}								\
	return slot##_seen(CALLER(), l);				\
}

HOT_LOCK(pthread_mutex_lock, mutex_lock, pthread_mutex_t, mutex_trylock,
    waits_is_simple(l) && !gate_maybe(OBJECT(l)))
HOT_LOCK(pthread_rwlock_rdlock, rdlock, pthread_rwlock_t, rdlock_try, true)
HOT_LOCK(pthread_rwlock_wrlock, wrlock, pthread_rwlock_t, wrlock_try, true)
HOT_LOCK(pthread_spin_lock, spin_lock, pthread_spinlock_t, spin_lock_try, true)

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
	if (likely(!wait_armed() && !sandbox_minds(nr)))
		return waits_real.syscall(nr, a, b, c, d, e, f);
	return syscall_seen(nr, a, b, c, d, e, f);
}
