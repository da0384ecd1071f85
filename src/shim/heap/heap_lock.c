/*
 * heap_lock - jemalloc's mutexes and conditions, as futexes.
 */
#include "shim/heap/heap_lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>

#include "common/base/sys.h"

enum { FREE, TAKEN, WAITED };

static __thread unsigned held;

unsigned
heap_lock_held(void)
{
	return held;
}

void
heap_lock_forget(void)
{
	held = 0;
}

int
heap_lock_init(struct heap_lock *l, const void *attr)
{
	atomic_store_explicit(&l->word, FREE, memory_order_relaxed);
	return 0;
}

int
heap_lock_try(struct heap_lock *l)
{
	uint32_t is = FREE;

	if (!atomic_compare_exchange_strong_explicit(&l->word, &is, TAKEN,
	    memory_order_acquire, memory_order_relaxed))
		return EBUSY;
	held++;
	return 0;
}

int
heap_lock_take(struct heap_lock *l)
{
	if (likely(heap_lock_try(l) == 0))
		return 0;
	while (atomic_exchange_explicit(&l->word, WAITED,
	    memory_order_acquire) != FREE)
		sys_call4(SYS_futex, &l->word, FUTEX_WAIT_PRIVATE, WAITED,
		    NULL);
	held++;
	return 0;
}

int
heap_lock_give(struct heap_lock *l)
{
	held--;
	if (unlikely(atomic_exchange_explicit(&l->word, FREE,
	    memory_order_release) == WAITED))
		sys_call3(SYS_futex, &l->word, FUTEX_WAKE_PRIVATE, 1);
	return 0;
}

int
heap_lock_attr(void *attr)
{
	return 0;
}

int
heap_lock_attr_end(void *attr)
{
	return 0;
}

int
heap_lock_attr_type(void *attr, int type)
{
	return 0;
}

int
heap_cond_init(struct heap_cond *c, const void *attr)
{
	atomic_store(&c->wakeups, 0);
	return 0;
}

int
heap_cond_timedwait(struct heap_cond *c, struct heap_lock *l,
    const struct timespec *until)
{
	uint32_t seen = atomic_load(&c->wakeups);
	long ret;

	heap_lock_give(l);
	ret = sys_call6(SYS_futex, &c->wakeups, FUTEX_WAIT_BITSET_PRIVATE |
	    FUTEX_CLOCK_REALTIME, seen, until, NULL, FUTEX_BITSET_MATCH_ANY);
	heap_lock_take(l);
	return ret == -ETIMEDOUT ? ETIMEDOUT : 0;
}

int
heap_cond_wait(struct heap_cond *c, struct heap_lock *l)
{
	return heap_cond_timedwait(c, l, NULL);
}

int
heap_cond_signal(struct heap_cond *c)
{
	atomic_fetch_add(&c->wakeups, 1);
	sys_call3(SYS_futex, &c->wakeups, FUTEX_WAKE_PRIVATE, 1);
	return 0;
}
