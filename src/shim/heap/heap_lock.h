/*
 * heap_lock - jemalloc's mutexes and conditions, as futexes.
 *
 * The build renames the archive's pthread mutex and condition calls to these.
 * They live in the memory jemalloc reserved for pthread's, are not seen by the
 * wrappers of waits in shim/preload, and know how many of them the thread
 * holds: a signal handler that forks while it interrupted malloc must not wait
 * for locks of its own thread.
 *
 * Memory   jemalloc's.
 * Threads  any; jemalloc spins before it waits.
 * Fork     jemalloc initialises its locks anew in the child.
 */
#ifndef DIAG_HEAP_LOCK_H
#define DIAG_HEAP_LOCK_H

#include <stdint.h>
#include <time.h>

#include "common/base/attrs.h"

struct heap_lock {
	_Atomic uint32_t word;	/* 0 free, 1 taken, 2 taken and waited for */
};

struct heap_cond {
	_Atomic uint32_t wakeups;
};

IN_HOOK int heap_lock_init(struct heap_lock *l, const void *attr);
IN_HOOK int heap_lock_take(struct heap_lock *l);
IN_HOOK int heap_lock_try(struct heap_lock *l);
IN_HOOK int heap_lock_give(struct heap_lock *l);
IN_HOOK int heap_lock_attr(void *attr);
IN_HOOK int heap_lock_attr_end(void *attr);
IN_HOOK int heap_lock_attr_type(void *attr, int type);
IN_HOOK int heap_cond_init(struct heap_cond *c, const void *attr);
IN_HOOK int heap_cond_wait(struct heap_cond *c, struct heap_lock *l);
/* @until is CLOCK_REALTIME, as heap_os_gettimeofday() tells it. */
IN_HOOK int heap_cond_timedwait(struct heap_cond *c, struct heap_lock *l,
    const struct timespec *until);
IN_HOOK int heap_cond_signal(struct heap_cond *c);

/* How many of them the calling thread holds. */
SIGNAL_SAFE unsigned heap_lock_held(void);
/* In a forked child, whose locks are new: it holds none. */
SIGNAL_SAFE void heap_lock_forget(void);

#endif
