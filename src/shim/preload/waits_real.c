/*
 * waits_real - where the real functions are, and what a cold half does first.
 */
#include <errno.h>
#include <stddef.h>

#include "common/base/sigmask.h"
#include "common/base/sys.h"
#include "shim/preload/direct.h"
#include "shim/preload/real.h"
#include "shim/preload/waits.h"
#include "shim/state/state.h"
#include "shim/ticker/ticker.h"

struct waits_real waits_real;

/* The next definition of @name, with any version when not with @version. */
static void *
find(const char *name, const char *version)
{
	void *p = real_find(name, version);

	return p != NULL || version == NULL ? p : real_find(name, NULL);
}

/* Pointers to functions and to data are the same thing to dlsym(). */
#define FIND(slot, name, version) \
	(waits_real.slot = \
	    (__typeof__(waits_real.slot))(uintptr_t)find(name, version))

static void
find_waits(void)
{
#define X(result, name, version, slot, params, args, kind, object) \
	FIND(slot, #name, version);
	WAITS_ALL(X)
#undef X
}

static void
find_all(void)
{
	find_waits();
	FIND(pause, "pause", NULL);
	FIND(sched_yield, "sched_yield", NULL);
	FIND(c11_yield, "thrd_yield", NULL);
	FIND(syscall, "syscall", NULL);
	FIND(rdlock_try, "pthread_rwlock_tryrdlock", NULL);
	FIND(wrlock_try, "pthread_rwlock_trywrlock", NULL);
	FIND(spin_lock_try, "pthread_spin_trylock", NULL);
	FIND(cond_init, "pthread_cond_init", "GLIBC_2.3.2");
	FIND(cond_destroy, "pthread_cond_destroy", "GLIBC_2.3.2");
	FIND(create, "pthread_create", NULL);
	FIND(c11_create, "thrd_create", NULL);
	FIND(setname, "pthread_setname_np", NULL);
	FIND(prctl, "prctl", NULL);
}

/* Two threads that meet here write the same. */
__attribute__((constructor)) void
waits_resolve(void)
{
	int saved = errno;

	if ((atomic_load(&state_armed_wait) & ARMED_LAZY) == 0)
		return;
	find_all();
	direct_find_tid();
	state_arm_wait(0, ARMED_LAZY);
	errno = saved;
}

/*
 * Glibc has two kinds of condition variables.  An object that was linked
 * without it asks for names of any version and gets the older kind, but of the
 * functions that are here ours, which are of the newer.  So that it has one
 * kind, the two that only it would need are here, too.
 */
DIAG_EXPORT int real_cond_init(pthread_cond_t *c,
    const pthread_condattr_t *attr) __asm__("pthread_cond_init");
DIAG_EXPORT int real_cond_destroy(pthread_cond_t *c)
    __asm__("pthread_cond_destroy");

int
real_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr)
{
	if (unlikely(waits_real.cond_init == NULL))
		waits_resolve();
	return waits_real.cond_init(c, attr);
}

int
real_cond_destroy(pthread_cond_t *c)
{
	if (unlikely(waits_real.cond_destroy == NULL))
		waits_resolve();
	return waits_real.cond_destroy(c);
}

static bool
some_signal_is_blocked(void)
{
	uint64_t mask = 0;

	sys_call4(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof(mask));
	return mask != 0;
}

/* The start holds the ticker's lock for a moment, and fork() takes it: no
 * handler that forks may come between. */
static void
start_undisturbed(void)
{
	uint64_t mask;

	sigmask_block(&mask);
	ticker_need();
	sigmask_restore(&mask);
}

/* A thread may not be created in a signal handler.  A handler has its own
 * signal blocked, unless the host asked for something else: where none is
 * blocked, this is not a handler. */
static void
start_ticker(enum waits_where where)
{
	int saved = errno;

	if (tls.inside != 0 || tls.ours)
		return;
	if (where == CALLED_OUTSIDE_HANDLERS || !some_signal_is_blocked())
		start_undisturbed();
	errno = saved;
}

bool
waits_begin(enum waits_where where)
{
	uint32_t armed = atomic_load_explicit(&state_armed_wait,
	    memory_order_acquire);

	if (unlikely(armed & ARMED_LAZY))
		waits_resolve();
	if (unlikely(armed & ARMED_CHILD))
		start_ticker(where);
	return (armed & ARMED_STATE) != 0;
}

/* Declared by <pthread.h> for C++ only; both are libc's public names. */
extern void _pthread_cleanup_push(struct _pthread_cleanup_buffer *buffer,
    void (*routine)(void *), void *arg);
extern void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *buffer,
    int execute);

static void
end_wait(void *arg)
{
	struct waits_scope *s = arg;

	if (s->thread == NULL)
		return;
	wait_leave(s->thread, &s->outer);
	sync_leave(s->thread, &s->sync);
}

void
waits_enter_lock(struct waits_scope *s, const struct wait_news *news)
{
	s->thread = thread_self();
	s->outer.kind = WAIT_RUN;
	if (s->thread != NULL)
		wait_enter(s->thread, news, &s->outer);
}

void
waits_leave_lock(struct waits_scope *s)
{
	if (s->thread != NULL)
		wait_leave(s->thread, &s->outer);
}

/* This list of handlers, unlike the one that pthread_cleanup_push() makes in
 * C, is walked by cancellation and by longjmp() alike. */
void
waits_enter(struct waits_scope *s, const struct wait_news *news)
{
	s->thread = thread_self();
	s->outer.kind = WAIT_RUN;
	if (s->thread != NULL) {
		sync_enter(s->thread, &s->sync, news, s);
		wait_enter(s->thread, news, &s->outer);
	}
	_pthread_cleanup_push(&s->cleanup, end_wait, s);
}

void
waits_leave(struct waits_scope *s)
{
	_pthread_cleanup_pop(&s->cleanup, 0);
	end_wait(s);
}
