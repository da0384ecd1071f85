/*
 * waits_more - the cold halves of yielding and of syscall().
 */
#include <linux/futex.h>
#include <sys/syscall.h>

#include "common/base/clock.h"
#include "shim/preload/runtime.h"
#include "shim/preload/sandbox.h"
#include "shim/preload/waits.h"

/* Yielding in a loop is spinning: the look at the threads counts who yields
 * again and again.  A thread that has to give its CPU away is in here when it
 * does, so the call itself is announced, with no lock. */
static void
enter_yield(struct waits_scope *scope, const void *caller)
{
	waits_enter_lock(scope, &(struct wait_news){
	    .kind = WAIT_SPIN,
	    .caller = caller,
	});
	if (scope->thread == NULL)
		return;
	thread_add(&scope->thread->yields, 1);
	atomic_store_explicit(&scope->thread->yielded_ns, clock_ns(),
	    memory_order_relaxed);
}

int
sched_yield_seen(const void *caller)
{
	struct waits_scope scope;

	if (!waits_begin(CALLED_ANYWHERE))
		return waits_real.sched_yield();
	enter_yield(&scope, caller);

	int r = waits_real.sched_yield();

	waits_leave_lock(&scope);
	return r;
}

void
c11_yield_seen(const void *caller)
{
	struct waits_scope scope;

	if (!waits_begin(CALLED_ANYWHERE)) {
		waits_real.c11_yield();
		return;
	}
	enter_yield(&scope, caller);
	waits_real.c11_yield();
	waits_leave_lock(&scope);
}

static bool
is_futex_wait(long nr, long op)
{
	if (nr == SYS_futex_waitv)
		return true;
	if (nr != SYS_futex)
		return false;
	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return true;
	default:
		return false;
	}
}

/* Waits for a word to change, and no more. */
static bool
is_plain_wait(long nr, long op)
{
	long cmd = op & FUTEX_CMD_MASK;

	return nr == SYS_futex && (cmd == FUTEX_WAIT ||
	    cmd == FUTEX_WAIT_BITSET);
}

static bool
is_lock_wait(long nr, long op)
{
	long cmd = op & FUTEX_CMD_MASK;

	return nr == SYS_futex && (cmd == FUTEX_LOCK_PI ||
	    cmd == FUTEX_LOCK_PI2);
}

static bool
is_futex_wake(long nr, long op)
{
	long cmd = op & FUTEX_CMD_MASK;

	return nr == SYS_futex && (cmd == FUTEX_WAKE ||
	    cmd == FUTEX_WAKE_BITSET || cmd == FUTEX_WAKE_OP);
}

static enum wait_kind
kind_of_futex(const void *caller, long nr, long a, long op, long value)
{
	struct thread *t = thread_self();

	if (is_lock_wait(nr, op))
		return WAIT_LOCK;
	if (t == NULL || !is_plain_wait(nr, op))
		return WAIT_FUTEX;
	return futexlock_enter(t, (uint64_t)(uintptr_t)caller, (uint64_t)a,
	    (uint32_t)value);
}

static void
note_wake(long nr, long a, long op)
{
	if (is_futex_wake(nr, op) && tls.thread != NULL)
		futexlock_wakes(tls.thread, (uint64_t)a);
}

/* Who calls syscall() for a futex has a library of its own for waiting, and
 * the caller's place is in there; it says more than nothing. */
long
syscall_seen(long nr, long a, long b, long c, long d, long e, long f)
{
	const void *caller = CALLER();
	struct waits_scope scope;

	if (sandbox_minds(nr))
		return sandbox_syscall(nr, a, b, c, d, e, f);
	if (!waits_begin(CALLED_ANYWHERE) || !is_futex_wait(nr, b)) {
		note_wake(nr, a, b);
		return waits_real.syscall(nr, a, b, c, d, e, f);
	}
	runtime_futex_waits((const void *)a);
	waits_enter(&scope, &(struct wait_news){
	    .kind = kind_of_futex(caller, nr, a, b, c),
	    .object = (uint64_t)a,
	    .caller = caller,
	});

	long r = waits_real.syscall(nr, a, b, c, d, e, f);

	scope.sync.events = r >= 0;
	if (r == 0 && is_plain_wait(nr, b) && tls.thread != NULL)
		futexlock_woken(tls.thread, (uint64_t)(uintptr_t)caller,
		    (uint64_t)a);
	waits_leave(&scope);
	return r;
}
