/*
 * waits_more - the cold halves of yielding and of syscall().
 */
#include <linux/futex.h>
#include <sys/syscall.h>

#include "common/base/clock.h"
#include "shim/preload/sandbox.h"
#include "shim/preload/waits.h"

/* Yielding in a loop is spinning: the look at the threads counts who yielded
 * a moment ago. */
static void
note_yield(void)
{
	struct thread *t = thread_self();

	if (t == NULL)
		return;
	thread_add(&t->yields, 1);
	atomic_store_explicit(&t->yielded_ns, clock_ns(),
	    memory_order_relaxed);
}

int
sched_yield_seen(const void *caller)
{
	(void)caller;
	if (waits_begin(CALLED_ANYWHERE))
		note_yield();
	return waits_real.sched_yield();
}

void
c11_yield_seen(const void *caller)
{
	(void)caller;
	if (waits_begin(CALLED_ANYWHERE))
		note_yield();
	waits_real.c11_yield();
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

/* Who calls syscall() for a futex has a library of its own for waiting, and
 * the caller's place is in there; it says more than nothing. */
long
syscall_seen(long nr, long a, long b, long c, long d, long e, long f)
{
	const void *caller = CALLER();
	struct waits_scope scope;

	if (nr == SYS_seccomp)
		sandbox_enter_seccomp();
	if (!waits_begin(CALLED_ANYWHERE) || !is_futex_wait(nr, b))
		return waits_real.syscall(nr, a, b, c, d, e, f);
	waits_enter(&scope, &(struct wait_news){
	    .kind = WAIT_FUTEX,
	    .object = (uint64_t)a,
	    .caller = caller,
	});

	long r = waits_real.syscall(nr, a, b, c, d, e, f);

	waits_leave(&scope);
	return r;
}
