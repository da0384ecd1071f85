/*
 * locks - the locks that threads wait for now: who has them, and since when.
 *
 * Waiting threads say what they wait for, and who had it when they began; who
 * has it now is read from the lock itself, where libc keeps it.
 *
 * Memory   the caller's table.
 * Threads  the diag thread alone.
 * Fork     nothing kept.
 */
#ifndef DIAG_TASKS_LOCKS_H
#define DIAG_TASKS_LOCKS_H

#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "shim/tasks/tasks.h"
#include "shim/ticker/lines.h"

enum { LOCKS = 32 };

struct lock_crowd {
	uint64_t object;
	enum wait_kind kind;
	unsigned waiters;
	const struct task *first;	/* has waited longest, */
	const struct task *last;	/* least */
	pid_t told;		/* who had it when the last of them came */
	uint64_t told_since_ns;	/* the first who found that one there came */
};

struct lock_table {
	unsigned count, lost;	/* lost: waiters of one more */
	struct lock_crowd crowd[LOCKS];
};

/* Counts @task when it waits for a lock. */
DETACHED void locks_add(struct lock_table *t, const struct task *task);
/* The one with the most waiters; NULL when there is none. */
DETACHED const struct lock_crowd *locks_most(const struct lock_table *t);
/* The thread that has it; 0 when that is not known. */
DETACHED pid_t locks_holder(const struct lock_crowd *c);

/* " held by T42 "x"", or nothing when nobody knows; returns what is known of
 * that thread, or NULL. */
DETACHED const struct task *locks_write_holder(struct buf *b, pid_t holder);
/* Where the lock is waited for. */
DETACHED void locks_write_place(struct buf *b, const struct lock_crowd *c);
/* The M lines of all locks that threads wait for; see scheddetail. */
DETACHED void locks_print(struct lines *to, uint64_t now);

#endif
