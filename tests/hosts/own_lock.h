/*
 * own_lock - a mutex as libraries make it of a futex: 0 is free, 1 is had, 2 is
 * had and waited for.
 */
#ifndef TESTS_HOSTS_OWN_LOCK_H
#define TESTS_HOSTS_OWN_LOCK_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef _Atomic int own_lock;

static __attribute__((noinline, unused)) void
own_lock_wait(own_lock *word)
{
	while (atomic_exchange(word, 2) != 0)
		syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

static inline __attribute__((unused)) void
own_lock_take(own_lock *word)
{
	int none = 0;

	if (!atomic_compare_exchange_strong(word, &none, 1))
		own_lock_wait(word);
}

static inline __attribute__((unused)) void
own_lock_give(own_lock *word)
{
	if (atomic_exchange(word, 0) == 2)
		syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

#endif
