/*
 * lock - a small futex lock that works anywhere, before libc is ready too.
 *
 * Waiters sleep in the kernel.  A lock that a hook can need is only ever taken
 * with lock_try(), or by code that a signal handler cannot re-enter (the hook
 * scope sees to that); and where malloc() needs it, with signals blocked.
 *
 * Memory   one word, zero is free.
 * Threads  any.
 * Fork     lock_reset() in the child; shim/preload/fork.c knows the order.
 */
#ifndef DIAG_BASE_LOCK_H
#define DIAG_BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

struct lock {
	uint32_t word;	/* 0 free, 1 taken, 2 taken and waited for */
};

IN_HOOK void lock_take(struct lock *l);
/* Returns false when it is taken. */
SIGNAL_SAFE bool lock_try(struct lock *l);
/* Tries for about @ns nanoseconds; returns false when it stayed taken. */
IN_HOOK bool lock_take_for(struct lock *l, uint64_t ns);
SIGNAL_SAFE void lock_give(struct lock *l);
SIGNAL_SAFE void lock_reset(struct lock *l);

/* The same with all signals blocked, so that no handler of the host's can jump
 * out and leave the lock behind.  @ns 0 waits for ever; LOCK_IF_FREE not at
 * all.  @mask keeps what was blocked before. */
#define LOCK_IF_FREE UINT64_MAX
IN_HOOK bool lock_take_masked(struct lock *l, uint64_t ns, uint64_t *mask);
IN_HOOK void lock_give_masked(struct lock *l, const uint64_t *mask);

/* The futex calls: 0, or a negative errno.  @ns 0 waits for ever. */
SIGNAL_SAFE int futex_wait(uint32_t *word, uint32_t expected, uint64_t ns);
SIGNAL_SAFE int futex_wake(uint32_t *word, int how_many);

#endif
