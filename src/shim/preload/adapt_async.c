/*
 * adapt_async - groups of threads, and when one of them is a pool.
 */
#include "shim/preload/adapt_async.h"

#include <stddef.h>

#include "common/base/ticks.h"
#include "shim/preload/runtime_find.h"
#include "shim/sched/pool.h"

enum { GROUPS = 64, ENOUGH_ENDED = 4 };

/* On average; a thread that lives longer is no task. */
#define SHORT_LIFE_NS (10 * NS_PER_S)

struct group {
	_Atomic uint64_t start, type;	/* 0, 0: free */
	_Atomic uint64_t ended, lives_ns;	/* of those that were tasks */
	_Atomic uint64_t workers;	/* that ended and were none */
	struct pool *_Atomic pool;
};

static struct group groups[GROUPS];
static _Atomic uint64_t cxx_low, cxx_high;	/* libstdc++'s code */
static _Atomic int cxx_known;

/* What the calling thread is, from its begin to its end. */
static __thread struct {
	struct group *group;
	struct pool *pool;
	struct pool_stamp stamp;
	uint64_t begun;
	uint64_t visits;	/* of its record, then */
} me __attribute__((tls_model("initial-exec")));

/* Asked once; a libstdc++ that comes later makes one group of all. */
static bool
is_cxx(uint64_t start)
{
	struct found f;

	if (atomic_load(&cxx_known) == 0) {
		if (runtime_find("_ZNSt6thread20hardware_concurrencyEv", NULL,
		    &f)) {
			atomic_store(&cxx_low, f.low);
			atomic_store(&cxx_high, f.high);
		}
		atomic_store(&cxx_known, 1);
	}
	return start >= atomic_load(&cxx_low) &&
	    start < atomic_load(&cxx_high);
}

uint64_t
async_type(const void *start, const void *arg)
{
	if (arg == NULL || !is_cxx((uint64_t)(uintptr_t)start))
		return 0;
	return *(const uint64_t *)arg;
}

static struct group *
group_of(const void *routine, const void *arg)
{
	uint64_t start = (uint64_t)(uintptr_t)routine;
	uint64_t type = async_type(routine, arg);
	uint64_t hash = (start >> 4) * 31 + (type >> 4) * 0x9e3779b9u;

	for (unsigned i = 0; i < GROUPS; i++) {
		struct group *g = &groups[(hash + i) % GROUPS];
		uint64_t none = 0;

		if (atomic_load(&g->start) == 0 &&
		    atomic_compare_exchange_strong(&g->start, &none, start))
			atomic_store(&g->type, type);
		if (atomic_load(&g->start) == start &&
		    atomic_load(&g->type) == type)
			return g;
	}
	return NULL;
}

/* Most that ended, or were found to be, were workers. */
static bool
has_workers(const struct group *g)
{
	return atomic_load(&g->ended) < atomic_load(&g->workers);
}

uint64_t
async_created(const void *start, const void *arg)
{
	struct group *g = group_of(start, arg);
	struct pool_stamp s = { .queued = 0 };

	if (g == NULL || atomic_load(&g->pool) == NULL || has_workers(g))
		return 0;
	pool_queued(atomic_load(&g->pool), &s, 1);
	return s.queued;
}

void
async_failed(const void *start, const void *arg, uint64_t stamp)
{
	struct group *g = stamp == 0 ? NULL : group_of(start, arg);
	struct pool_stamp s = { .queued = stamp };

	if (g != NULL)
		pool_dropped(atomic_load(&g->pool), &s, 1);
}

/* How often the record's threads have left the wait that they return to. */
static uint64_t
visits(void)
{
	const struct thread *t = thread_self();

	return t != NULL ? atomic_load(&t->work.visits) : 0;
}

void
async_begins(const void *start, const void *arg, uint64_t stamp)
{
	me.group = group_of(start, arg);
	me.begun = ticks_now();
	me.visits = visits();
	if (me.group == NULL || stamp == 0)
		return;
	me.pool = atomic_load(&me.group->pool);
	me.stamp = (struct pool_stamp){ .queued = stamp };
	pool_started(me.pool, &me.stamp, 1);
}

/* Threads of a runtime's pool come and go as well; they have their pool. */
static bool
works_for_others(void)
{
	const struct thread *t = tls.thread;

	return t != NULL && atomic_load(&t->lanes) != NULL;
}

/* Who came back to a wait again and again was a worker of a pool that shrinks
 * or was taken down; and so was who has waited for work in vain. */
static bool
was_late(void)
{
	const struct thread *t = thread_self();

	return t != NULL && atomic_load(&t->work.kind) != WAIT_RUN &&
	    atomic_load(&t->work.given) == 0;
}

static void
count_end(struct group *g, uint64_t life_ns)
{
	if (visits() - me.visits > 1 || was_late()) {
		atomic_fetch_add(&g->workers, 1);
		return;
	}

	uint64_t lives = atomic_fetch_add(&g->lives_ns, life_ns) + life_ns;
	uint64_t ended = atomic_fetch_add(&g->ended, 1) + 1;

	if (ended < ENOUGH_ENDED || has_workers(g) ||
	    lives / ended > SHORT_LIFE_NS)
		return;
	pool_once(&g->pool, &(struct pool_traits){
	    .name = atomic_load(&g->type) != 0 ? "std-thread" : "thread",
	    .via = "async", .timed = true, .counts_queue = true,
	    .by_thread = true,
	});
}

/* The end of what was one task, or one worker of many. */
static void
end_life(struct group *g)
{
	if (me.pool != NULL && pool_has_me(me.pool)) {
		pool_done(me.pool, &me.stamp, 1);
		pool_worker_end(me.pool);
	} else if (me.pool != NULL) {
		atomic_fetch_add(&g->workers, 1);
	} else if (!works_for_others()) {
		count_end(g, ticks_to_ns(ticks_now() - me.begun));
	}
	me.pool = NULL;
}

void
async_ends(void)
{
	struct group *g = me.group;

	if (tls.thread != NULL)
		atomic_store(&tls.thread->over, 1);
	me.group = NULL;
	if (g != NULL && pool_is_armed())
		end_life(g);
	pool_thread_ends();
}
