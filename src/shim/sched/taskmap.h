/*
 * taskmap - the tasks that wait in a runtime's queues, found by what names
 * them there.
 *
 * An adapter cannot keep a stamp in a runtime's own task, so it keeps it here
 * from queued to started.  A key may be in use many times (a pool that is
 * given the same pointer again and again): equal keys come out in the order
 * in which the runtime hands them out, which is first in, first out, unless
 * they were put in front.
 *
 * Each task is also in one list of the caller's (a pool's tasks, say), in the
 * order in which they came.
 *
 * Memory   address space for TASKMAP_ROOM tasks is reserved when the map is
 *          made; only pages that were touched count.
 * Threads  the caller's lock.
 * Fork     taskmap_forget() in the child.
 */
#ifndef DIAG_SCHED_TASKMAP_H
#define DIAG_SCHED_TASKMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/pool.h"

enum { TASKMAP_ROOM = 1 << 20, TASKMAP_BUCKETS = 1 << 17 };

struct task_key {
	const void *word[4];
	uint64_t more;
};

/* Numbers of tasks; 0 is none.  All zero: empty. */
struct tasklist {
	uint32_t first, last;
};

struct task {
	struct pool_stamp stamp;
	struct task_key key;
	uint64_t due;			/* the caller's */
	uint32_t before, after;		/* in its list */
	uint32_t next_key;		/* in the bucket; of a key's first */
	uint32_t next_same, last_same;	/* with the same key; last_same is
					 * that of the first alone */
	uint32_t reserved;
};

struct taskmap {
	struct task *task;
	uint32_t *bucket;
	uint32_t used, free;
	uint64_t lost;		/* there was no room for them */
};

/* False without memory; then nothing is ever found in it. */
bool taskmap_make(struct taskmap *m);

/* A task with this key, at the end of @list; NULL when there is no room.
 * @in_front: before all others with the same key. */
IN_HOOK struct task *taskmap_put(struct taskmap *m, struct tasklist *list,
    const struct task_key *key, bool in_front);
/* The task with this key that is next to be started, or NULL. */
IN_HOOK struct task *taskmap_find(const struct taskmap *m,
    const struct task_key *key);
/* Takes @t out; @t is not valid any more. */
IN_HOOK void taskmap_drop(struct taskmap *m, struct tasklist *list,
    struct task *t);

/* The first of a list, and the one after @t; NULL at its end. */
IN_HOOK struct task *taskmap_first(const struct taskmap *m,
    const struct tasklist *list);
IN_HOOK struct task *taskmap_next(const struct taskmap *m,
    const struct task *t);

/* Empties the map; the caller empties its lists. */
void taskmap_forget(struct taskmap *m);

#endif
