/*
 * lock - three states of one word, and the futex calls under it.
 */
#include "common/base/lock.h"

#include <errno.h>
#include <linux/futex.h>

#include "common/base/clock.h"
#include "common/base/sigmask.h"
#include "common/base/sys.h"

enum { FREE = 0, TAKEN = 1, WAITED_FOR = 2 };
enum { SPINS = 100 };

int
futex_wait(uint32_t *word, uint32_t expected, uint64_t ns)
{
	struct timespec limit = {
		.tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S),
	};

	return (int)sys_call4(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected,
	    ns == 0 ? NULL : &limit);
}

int
futex_wake(uint32_t *word, int how_many)
{
	long woken = sys_call3(SYS_futex, word, FUTEX_WAKE_PRIVATE, how_many);

	return woken < 0 ? (int)woken : 0;
}

bool
lock_try(struct lock *l)
{
	uint32_t expected = FREE;

	return __atomic_compare_exchange_n(&l->word, &expected, TAKEN, false,
	    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* What is short is over before a sleep would have begun. */
static bool
spin(struct lock *l)
{
	for (int i = 0; i < SPINS; i++) {
		if (lock_try(l))
			return true;
		__builtin_ia32_pause();
	}
	return false;
}

void
lock_take(struct lock *l)
{
	if (lock_try(l) || spin(l))
		return;
	while (__atomic_exchange_n(&l->word, WAITED_FOR, __ATOMIC_ACQUIRE) !=
	    FREE)
		futex_wait(&l->word, WAITED_FOR, 0);
}

bool
lock_take_for(struct lock *l, uint64_t ns)
{
	uint64_t now, end;

	if (lock_try(l) || spin(l))
		return true;
	now = clock_ns();
	end = now + ns;
	while (__atomic_exchange_n(&l->word, WAITED_FOR, __ATOMIC_ACQUIRE) !=
	    FREE) {
		if (now >= end)
			return false;
		futex_wait(&l->word, WAITED_FOR, end - now);
		now = clock_ns();
	}
	return true;
}

void
lock_give(struct lock *l)
{
	if (__atomic_exchange_n(&l->word, FREE, __ATOMIC_RELEASE) ==
	    WAITED_FOR)
		futex_wake(&l->word, 1);
}

void
lock_reset(struct lock *l)
{
	__atomic_store_n(&l->word, FREE, __ATOMIC_RELEASE);
}

bool
lock_take_masked(struct lock *l, uint64_t ns, uint64_t *mask)
{
	bool taken = true;

	sigmask_block(mask);
	if (ns == 0)
		lock_take(l);
	else if (ns == LOCK_IF_FREE)
		taken = lock_try(l);
	else
		taken = lock_take_for(l, ns);
	if (!taken)
		sigmask_restore(mask);
	return taken;
}

void
lock_give_masked(struct lock *l, const uint64_t *mask)
{
	lock_give(l);
	sigmask_restore(mask);
}
