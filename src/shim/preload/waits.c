/*
 * waits - the hot halves.  This file is compiled without frame pointers: each
 * function is one load, one branch and a jump.
 *
 * Servers take free locks more often than they do anything else, so that this,
 * too, is hot while waits are announced: the lock is tried here, and only one
 * that is taken is the cold half's business.  What is no gate's is nobody's
 * business either.
 */
#include "shim/preload/waits.h"

#include <errno.h>
#include <sys/syscall.h>

#include "shim/preload/direct.h"
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
#undef X

static ALWAYS_INLINE uint32_t
armed(void)
{
	return atomic_load_explicit(&state_armed_wait, memory_order_relaxed);
}

/* These do not wait: they are seen for the sake of gates alone. */
#define HOT_GATE(result, name, slot, type)				\
DIAG_EXPORT result hot_##slot(type *o) __asm__(#name);			\
result									\
hot_##slot(type *o)							\
{									\
	uint32_t how = armed();						\
									\
	if (likely(how == 0) || likely(how == ARMED_STATE &&		\
	    !gate_maybe(OBJECT(o))))					\
		return waits_real.slot(o);				\
	return slot##_seen(CALLER(), o);				\
}

HOT_GATE(int, pthread_cond_signal, cond_signal, pthread_cond_t)
HOT_GATE(int, pthread_cond_broadcast, cond_broadcast, pthread_cond_t)
HOT_GATE(int, cnd_signal, c11_cond_signal, cnd_t)
HOT_GATE(int, cnd_broadcast, c11_cond_broadcast, cnd_t)
HOT_GATE(int, mtx_trylock, c11_mutex_trylock, mtx_t)
HOT_GATE(int, sem_post, sem_post, sem_t)
HOT_GATE(int, sem_trywait, sem_trywait, sem_t)

#define HOT_LOCK(name, slot, type)					\
DIAG_EXPORT int hot_##slot(type *l) __asm__(#name);			\
int									\
hot_##slot(type *l)							\
{									\
	uint32_t how = armed();						\
									\
	if (likely(how == 0))						\
		return waits_real.slot(l);				\
	if (likely(how == ARMED_STATE)) {				\
		int r = waits_real.slot##_try(l);			\
									\
		if (likely(r != EBUSY))					\
			return r;					\
	}								\
	return slot##_seen(CALLER(), l);				\
}

HOT_LOCK(pthread_rwlock_rdlock, rdlock, pthread_rwlock_t)
HOT_LOCK(pthread_rwlock_wrlock, wrlock, pthread_rwlock_t)
HOT_LOCK(pthread_spin_lock, spin_lock, pthread_spinlock_t)

/* Waits are announced, and @m is no gate's. */
static ALWAYS_INLINE bool
is_plain(const pthread_mutex_t *m, uint32_t how)
{
	return likely(how == ARMED_STATE) && likely(!gate_maybe(OBJECT(m)));
}

/* One that libc has to look at. */
static __attribute__((noinline)) int
lock_other(const void *caller, pthread_mutex_t *m)
{
	if (is_plain(m, armed()) && waits_is_simple(m)) {
		int r = waits_real.mutex_trylock(m);

		if (likely(r != EBUSY))
			return r;
	}
	return mutex_lock_seen(caller, m);
}

DIAG_EXPORT int hot_mutex_lock(pthread_mutex_t *m)
    __asm__("pthread_mutex_lock");
int
hot_mutex_lock(pthread_mutex_t *m)
{
	uint32_t how = armed(), tid_at;

	if (likely(how == 0))
		return waits_real.mutex_lock(m);
	tid_at = direct_tid_at;
	if (unlikely(!is_plain(m, how) || !direct_can(m, tid_at)))
		return lock_other(CALLER(), m);
	if (likely(direct_take(m, tid_at)))
		return 0;
	return mutex_lock_seen(CALLER(), m);
}

DIAG_EXPORT int hot_mutex_trylock(pthread_mutex_t *m)
    __asm__("pthread_mutex_trylock");
int
hot_mutex_trylock(pthread_mutex_t *m)
{
	uint32_t how = armed(), tid_at;

	if (likely(how == 0))
		return waits_real.mutex_trylock(m);
	tid_at = direct_tid_at;
	if (unlikely(!is_plain(m, how)))
		return mutex_trylock_seen(CALLER(), m);
	if (unlikely(!direct_can(m, tid_at)))
		return waits_real.mutex_trylock(m);
	return direct_take(m, tid_at) ? 0 : EBUSY;
}

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
