/*
 * futexlock - which of the host's own waits on futexes are for locks.
 *
 * GLib, Rust's library and many programs have mutexes of their own, and a futex
 * says no more than that somebody waits.  But who has waited for a lock has the
 * lock then, gives it back by waking the same word, and all wait for that word
 * to change from the one value that stands for "others wait": so a place in the
 * code that was seen to do so some times, and hardly ever otherwise, waits for
 * a lock.  Workers that wait for tasks do not wake the word they waited for, or
 * the word counts.  Where the code has names, some tell at once.
 *
 * Memory   a static table of 256 places, 10 KiB; 24 bytes a thread.  A place
 *          that there is no room for is not known to be anything.
 * Threads  any; a thread's own record is its own.
 * Fork     what was learned is as true in the child.
 */
#ifndef DIAG_SCHED_FUTEXLOCK_H
#define DIAG_SCHED_FUTEXLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/wait.h"

/* What a thread has waited for last. */
struct futexlock_use {
	uint64_t object;	/* the word's address; 0: none */
	uint64_t left;		/* ticks: it was woken then */
	uint32_t site;		/* where it waited, + 1; 0: not known */
	bool has_it;		/* and has not woken it since */
};

/* The calling thread is about to wait, called by @caller, for the word @object
 * to be other than @value: for what, as far as is known; WAIT_LOCK or
 * WAIT_FUTEX. */
IN_HOOK enum wait_kind futexlock_enter(struct thread *t, uint64_t caller,
    uint64_t object, uint32_t value);
/* It was woken. */
IN_HOOK void futexlock_woken(struct thread *t, uint64_t caller,
    uint64_t object);
/* It wakes who waits for the word. */
IN_HOOK void futexlock_wakes(struct thread *t, uint64_t object);

/* Who waits on a futex at @caller waits for a lock. */
SIGNAL_SAFE bool futexlock_is(uint64_t caller);

/* It was asked about that by now. */
SIGNAL_SAFE bool futexlock_was_asked(uint64_t caller);

/* Asks once of each place that was met whether its function is called like one
 * that waits for a lock. */
typedef bool (*futexlock_namer)(uint64_t caller);
DETACHED void futexlock_ask(futexlock_namer is_named);

#endif
