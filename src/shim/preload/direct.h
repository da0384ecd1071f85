/*
 * direct - free mutexes, taken without a call of libc's.
 *
 * A server takes free mutexes more often than it does anything else.  While
 * waits are announced a mutex has to be tried before it is waited for, and
 * what libc's two functions for that cost by turns is what the host would
 * notice.  So a mutex of the usual kind is taken here, as libc takes it: one
 * compare-and-exchange, the owner, the count.  Whether this libc does it so is
 * tried out first; where anything differs, or somebody else stands in front of
 * libc's functions, nothing is taken here.
 *
 * Memory   one static word.
 * Threads  the word is written before waits are announced.
 * Fork     nothing to do: the owner's id is read where libc keeps it.
 */
#ifndef DIAG_PRELOAD_DIRECT_H
#define DIAG_PRELOAD_DIRECT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* What libc puts into a mutex that was asked to be PTHREAD_MUTEX_NORMAL, and
 * not into one that is so by default. */
enum { DIRECT_NO_ELISION = 512 };

/* Where libc keeps a thread's id, from the thread pointer on; 0: nothing is
 * taken here. */
extern uint32_t direct_tid_at __attribute__((visibility("hidden")));

/* Tries it out.  waits_resolve() comes first. */
void direct_start(void);
/* Tells shim/sched where libc keeps a thread's id. */
void direct_find_tid(void);

SIGNAL_SAFE static ALWAYS_INLINE int
direct_tid(uint32_t at)
{
	int tid;

	__asm__("movl %%fs:(%1), %0" : "=r"(tid) : "r"((uint64_t)at));
	return tid;
}

/* True when @m is of the usual kind, and may be tried with direct_take(). */
SIGNAL_SAFE static ALWAYS_INLINE bool
direct_can(const pthread_mutex_t *m, uint32_t tid_at)
{
	return likely(tid_at != 0) &&
	    likely((m->__data.__kind & ~DIRECT_NO_ELISION) == 0);
}

/* Takes @m; false when somebody has it. */
SIGNAL_SAFE static ALWAYS_INLINE bool
direct_take(pthread_mutex_t *m, uint32_t tid_at)
{
	int none = 0;

	if (!__atomic_compare_exchange_n(&m->__data.__lock, &none, 1, false,
	    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	m->__data.__owner = direct_tid(tid_at);
	m->__data.__nusers++;
	return true;
}

#endif
