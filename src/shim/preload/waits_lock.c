/*
 * waits_lock - the cold halves of locks.  An uncontended lock is not a wait.
 *
 * Where trying first and then locking does what locking does (mutexes without
 * robustness, priority or a timeout; rwlocks without a timeout), we try first:
 * then every wait is seen and nothing else is.  The other kinds check their
 * arguments or their owner before they look at the lock, in an order that the
 * host can see; for them a look at the lock word decides.  When it is taken
 * between the look and the call, that one wait is not announced.
 *
 * Who only tries does not wait, but may have got a pool's mutex, or a task.
 */
#include <errno.h>

#include "common/base/clock.h"
#include "shim/preload/waits.h"

static bool
is_free(const pthread_mutex_t *m)
{
	return __atomic_load_n(&m->__data.__lock, __ATOMIC_RELAXED) == 0;
}

static void
enter_mutex(struct waits_scope *scope, pthread_mutex_t *m, const void *caller)
{
	pid_t holder = __atomic_load_n(&m->__data.__owner, __ATOMIC_RELAXED);

	waits_enter_lock(scope, &(struct wait_news){
	    .kind = WAIT_MUTEX,
	    .object = OBJECT(m),
	    .caller = caller,
	    .holder = holder > 0 ? (uint64_t)holder : 0,
	});
}

/* Tells of a lock that was taken, and gives @r back. */
static ALWAYS_INLINE int
locked(int r, pthread_mutex_t *m, const void *caller)
{
	if (likely(r == 0))
		sync_locked(m, caller);
	return r;
}

static int
leave_mutex(struct waits_scope *scope, int r, pthread_mutex_t *m,
    const void *caller)
{
	waits_leave_lock(scope);
	if (r == 0)
		sync_contended(scope->thread, m);
	return locked(r, m, caller);
}

int
mutex_lock_seen(const void *caller, pthread_mutex_t *m)
{
	struct waits_scope scope;
	int r;

	if (!waits_begin(CALLED_OUTSIDE_HANDLERS))
		return waits_real.mutex_lock(m);
	if (waits_is_simple(m)) {
		r = waits_real.mutex_trylock(m);
		if (r != EBUSY)
			return locked(r, m, caller);
	} else if (is_free(m)) {
		return locked(waits_real.mutex_lock(m), m, caller);
	}
	enter_mutex(&scope, m, caller);
	r = waits_real.mutex_lock(m);
	return leave_mutex(&scope, r, m, caller);
}

#define TIMED_MUTEX(slot, params, args)					\
int									\
slot##_seen(const void *caller, params)					\
{									\
	struct waits_scope scope;					\
									\
	if (!waits_begin(CALLED_OUTSIDE_HANDLERS))			\
		return waits_real.slot(args);				\
	if (is_free(m))							\
		return locked(waits_real.slot(args), m, caller);	\
	enter_mutex(&scope, m, caller);					\
									\
	int r = waits_real.slot(args);					\
									\
	return leave_mutex(&scope, r, m, caller);			\
}

TIMED_MUTEX(mutex_timedlock,
    P(pthread_mutex_t *m, const struct timespec *at), A(m, at))
TIMED_MUTEX(mutex_clocklock,
    P(pthread_mutex_t *m, clockid_t clock, const struct timespec *at),
    A(m, clock, at))

/* C11's mutex is a pthread_mutex_t in another type's clothes. */
static pthread_mutex_t *
inner(mtx_t *m)
{
	return (pthread_mutex_t *)(void *)m;
}

int
c11_mutex_lock_seen(const void *caller, mtx_t *m)
{
	struct waits_scope scope;

	if (!waits_begin(CALLED_OUTSIDE_HANDLERS))
		return waits_real.c11_mutex_lock(m);
	if (is_free(inner(m)))
		return locked(waits_real.c11_mutex_lock(m), inner(m),
		    caller);
	enter_mutex(&scope, inner(m), caller);

	int r = waits_real.c11_mutex_lock(m);

	return leave_mutex(&scope, r, inner(m), caller);
}

int
c11_mutex_timedlock_seen(const void *caller, mtx_t *m,
    const struct timespec *at)
{
	struct waits_scope scope;

	if (!waits_begin(CALLED_OUTSIDE_HANDLERS))
		return waits_real.c11_mutex_timedlock(m, at);
	if (is_free(inner(m)))
		return locked(waits_real.c11_mutex_timedlock(m, at), inner(m),
		    caller);
	enter_mutex(&scope, inner(m), caller);

	int r = waits_real.c11_mutex_timedlock(m, at);

	return leave_mutex(&scope, r, inner(m), caller);
}

int
mutex_trylock_seen(const void *caller, pthread_mutex_t *m)
{
	if (!waits_begin(CALLED_ANYWHERE))
		return waits_real.mutex_trylock(m);
	return locked(waits_real.mutex_trylock(m), m, caller);
}

int
c11_mutex_trylock_seen(const void *caller, mtx_t *m)
{
	if (!waits_begin(CALLED_ANYWHERE))
		return waits_real.c11_mutex_trylock(m);
	return locked(waits_real.c11_mutex_trylock(m), inner(m), caller);
}

int
sem_trywait_seen(const void *caller, sem_t *s)
{
	(void)caller;
	if (!waits_begin(CALLED_ANYWHERE))
		return waits_real.sem_trywait(s);

	int r = waits_real.sem_trywait(s);

	if (r == 0)
		sync_taken(s);
	return r;
}

static void
enter_rwlock(struct waits_scope *scope, pthread_rwlock_t *l,
    const void *caller)
{
	int writer = __atomic_load_n(&l->__data.__cur_writer,
	    __ATOMIC_RELAXED);

	waits_enter_lock(scope, &(struct wait_news){
	    .kind = WAIT_RWLOCK,
	    .object = OBJECT(l),
	    .caller = caller,
	    .holder = writer > 0 ? (uint64_t)writer : 0,
	});
}

#define RWLOCK(slot)							\
int									\
slot##_seen(const void *caller, pthread_rwlock_t *l)			\
{									\
	struct waits_scope scope;					\
	int r;								\
									\
	if (!waits_begin(CALLED_OUTSIDE_HANDLERS))			\
		return waits_real.slot(l);				\
	r = waits_real.slot##_try(l);					\
	if (r != EBUSY)							\
		return r;						\
	enter_rwlock(&scope, l, caller);				\
	r = waits_real.slot(l);						\
	waits_leave_lock(&scope);					\
	return r;							\
}

RWLOCK(rdlock)
RWLOCK(wrlock)

static bool
nobody_has(const pthread_rwlock_t *l)
{
	return __atomic_load_n(&l->__data.__readers, __ATOMIC_RELAXED) == 0;
}

#define TIMED_RWLOCK(slot, params, args)				\
int									\
slot##_seen(const void *caller, params)					\
{									\
	struct waits_scope scope;					\
									\
	if (!waits_begin(CALLED_OUTSIDE_HANDLERS) || nobody_has(l))	\
		return waits_real.slot(args);				\
	enter_rwlock(&scope, l, caller);				\
									\
	int r = waits_real.slot(args);					\
									\
	waits_leave_lock(&scope);					\
	return r;							\
}

TIMED_RWLOCK(timedrdlock, P(pthread_rwlock_t *l, const struct timespec *at),
    A(l, at))
TIMED_RWLOCK(timedwrlock, P(pthread_rwlock_t *l, const struct timespec *at),
    A(l, at))
TIMED_RWLOCK(clockrdlock,
    P(pthread_rwlock_t *l, clockid_t clock, const struct timespec *at),
    A(l, clock, at))
TIMED_RWLOCK(clockwrlock,
    P(pthread_rwlock_t *l, clockid_t clock, const struct timespec *at),
    A(l, clock, at))

int
spin_lock_seen(const void *caller, pthread_spinlock_t *l)
{
	struct waits_scope scope;
	int r;

	if (!waits_begin(CALLED_OUTSIDE_HANDLERS))
		return waits_real.spin_lock(l);
	r = waits_real.spin_lock_try(l);
	if (r != EBUSY)
		return r;
	waits_enter_lock(&scope, &(struct wait_news){
	    .kind = WAIT_SPIN,
	    .object = OBJECT((const volatile void *)l),
	    .caller = caller,
	});
	r = waits_real.spin_lock(l);
	waits_leave_lock(&scope);
	return r;
}
