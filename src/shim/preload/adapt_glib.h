/*
 * adapt_glib - what is known of GLib's pools, and whose workers its threads
 * are.
 *
 * Memory   static.
 * Threads  any; the lock guards tasks, and slots that change hands.
 * Fork     see adapt_glib.c: forget().
 */
#ifndef DIAG_PRELOAD_RUNTIME_GLIB_H
#define DIAG_PRELOAD_RUNTIME_GLIB_H

#include "common/base/lock.h"
#include "shim/preload/runtime.h"

enum {
	GLIB_POOLS = 256, THUNK_SIZE = 16,
	/* In the private parts of a pool, the same since 2.32, and how large
	 * a queue is at least. */
	POOL_QUEUE = 24, QUEUE_SIZE = 48,
	OLDEST_MINOR = 70, NEWEST_MINOR = 86,
};

typedef void (*task_fn)(void *data, void *user_data);

/* GThreadPool, which is public. */
struct gpool {
	task_fn func;
	void *user_data;
	int exclusive;
};

enum { FREE, LIVE, DRAINING, BURNT };
struct glib_slot {
	_Atomic int state;	/* BURNT: a thread may come yet: never again */
	uint32_t life;		/* grows with each pool that had the slot */
	task_fn func;
	struct pool *pool;
	struct gpool *gpool;
	const char *queue;	/* where its idle threads wait */
	struct tasklist waiting;
	uint64_t unfinished;	/* queued, or at work */
};

struct glib_pools {
	struct found in;
	struct lock lock;
	struct taskmap map;
	const void *proxy;	/* what pool threads run; NULL: not known yet */
	unsigned slots;		/* so many were ever used */
	struct glib_slot slot[GLIB_POOLS];
};
extern struct glib_pools glib_pools __attribute__((visibility("hidden")));

/* The slot whose function @func is; NULL when it is none of ours. */
struct glib_slot *adapt_glib_slot_of(task_fn func);
/* Reads where @p keeps its queue. */
void adapt_glib_know_queue(struct glib_slot *s, const struct gpool *p);
/* The calling thread is a worker of this pool. */
void adapt_glib_join(struct glib_slot *s);

#endif
