/*
 * pool - making pools and ending them; arming; fork.
 */
#include "shim/sched/pool_state.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/ticks.h"

_Atomic uint64_t pool_armed_since, pool_events_lost;
struct lock pool_making;

static struct pool *_Atomic places[POOLS];
static _Atomic unsigned last_number;
static _Atomic uint64_t pools_lost;

struct pool *
pool_at(unsigned i)
{
	return i < POOLS ? atomic_load(&places[i]) : NULL;
}

/* A new place, or else a used one: read to its end first, unread last. */
static struct pool *
take_place(void)
{
	struct pool *unread = NULL;

	for (unsigned i = 0; i < POOLS; i++) {
		struct pool *p = atomic_load(&places[i]);

		if (p == NULL) {
			p = mem_forever(sizeof(*p));
			atomic_store(&places[i], p);
			return p;
		}
		if (atomic_load(&p->life) == POOL_FREE)
			return p;
		if (atomic_load(&p->life) == POOL_ENDED)
			unread = p;
	}
	return unread;
}

unsigned
pool_next_number(void)
{
	return atomic_fetch_add(&last_number, 1) + 1;
}

static void
describe(struct pool *p, const struct pool_traits *t, uint64_t now)
{
	struct pool_queue *queue = p->queue;

	memset(p, 0, sizeof(*p));
	p->number = pool_next_number();
	memcpy(p->name, t->name, strnlen(t->name, POOL_NAME_MAX - 1));
	p->via = t->via;
	p->queues = MIN(t->queues, (unsigned)POOL_QUEUES);
	p->timed = t->timed;
	p->counts_queue = t->counts_queue;
	p->by_thread = t->by_thread;
	p->named_after = t->named_after;
	p->queue = queue;
	if (p->queues > 1 && queue == NULL)
		p->queue = mem_forever(POOL_QUEUES * sizeof(*queue));
	else if (queue != NULL)
		memset(queue, 0, POOL_QUEUES * sizeof(*queue));
	if (p->queue == NULL)
		p->queues = 1;
	p->empty_since = now;
	fullness_begin(&p->full, now);
}

struct pool *
pool_make(const struct pool_traits *traits)
{
	struct hook_scope scope;
	struct pool *p = NULL;

	if (!hook_enter(&scope)) {
		atomic_fetch_add(&pools_lost, 1);
		return NULL;
	}
	thread_on_release(pool_release);
	lock_take(&pool_making);
	p = take_place();
	if (p != NULL) {
		describe(p, traits, ticks_now());
		atomic_store(&p->life, POOL_LIVE);
	} else {
		atomic_fetch_add(&pools_lost, 1);
	}
	lock_give(&pool_making);
	hook_leave(&scope);
	return p;
}

struct pool *
pool_once(struct pool *_Atomic *slot, const struct pool_traits *traits)
{
	struct pool *p = atomic_load_explicit(slot, memory_order_acquire);
	struct pool *none = NULL;

	if (likely(p != NULL))
		return p;
	p = pool_make(traits);
	if (p == NULL || atomic_compare_exchange_strong(slot, &none, p))
		return p;
	/* Another thread was faster: this one never was a pool. */
	atomic_store(&p->life, POOL_FREE);
	return none;
}

void
pool_unmake(struct pool *p)
{
	struct hook_scope scope;
	uint64_t now = ticks_now();

	if (p == NULL || !hook_enter(&scope))
		return;
	lock_take(&p->list);
	while (p->lanes != NULL)
		pool_detach(p, p->lanes, now);
	atomic_store(&p->gauge, NULL);
	lock_give(&p->list);
	lock_take(&pool_making);
	atomic_store(&p->life, pool_is_armed() ? POOL_ENDED : POOL_FREE);
	lock_give(&pool_making);
	hook_leave(&scope);
}

void
pool_gauge(struct pool *p, int64_t (*waiting)(void *), void *arg)
{
	if (p == NULL)
		return;
	atomic_store(&p->gauge, NULL);
	atomic_store(&p->gauge_arg, arg);
	atomic_store(&p->gauge, waiting);
}

uint64_t
pool_lost(void)
{
	return atomic_load(&pools_lost) + atomic_load(&pool_events_lost);
}

/* Whatever workers there are begin idle, now. */
static void
begin_anew(struct pool *p, uint64_t now)
{
	lock_take(&p->list);
	lock_take(&p->full_lock);
	for (struct pool_lane *l = p->lanes; l != NULL; l = l->next_of_pool)
		atomic_store(&l->idle_since, now);
	p->empty_since = p->workers == 0 ? now : 0;
	fullness_begin(&p->full, now);
	p->full_read = 0;
	lock_give(&p->full_lock);
	lock_give(&p->list);
}

void
pool_arm(void)
{
	uint64_t now;

	ticks_init();
	now = ticks_now();
	for (unsigned i = 0; i < POOLS; i++)
		if (pool_at(i) != NULL)
			begin_anew(pool_at(i), now);
	atomic_store(&pool_armed_since, now);
}

static void
clear_counts(struct pool *p)
{
	memset(&p->left, 0, sizeof(p->left));
	memset(&p->gone, 0, sizeof(p->gone));
	memset(&p->rest, 0, sizeof(p->rest));
	memset(&p->wait_before, 0, sizeof(p->wait_before));
	memset(&p->run_before, 0, sizeof(p->run_before));
	atomic_store(&p->dropped, 0);
	atomic_store(&p->dropped_stamps, 0);
	for (unsigned i = 0; i <= SUBMIT_LANES; i++) {
		struct pool_submit *s = i < SUBMIT_LANES ? &p->submit[i] :
		    &p->rest_submit;

		atomic_store(&s->owner, NULL);
		atomic_store(&s->queued, 0);
		atomic_store(&s->stamps, 0);
	}
	if (p->queue != NULL)
		memset(p->queue, 0, POOL_QUEUES * sizeof(*p->queue));
}

/* What was queued or begun before the fork is the parent's. */
static void
forget(struct pool *p)
{
	struct thread *self = tls.thread;

	lock_reset(&p->list);
	lock_reset(&p->full_lock);
	for (struct pool_lane *l = p->lanes, *next; l != NULL; l = next) {
		next = l->next_of_pool;
		if (l->owner != self)
			pool_detach(p, l, 0);
		else
			memset(&l->n, 0, sizeof(l->n));
	}
	for (struct pool_lane *l = p->lanes; l != NULL; l = l->next_of_pool) {
		struct pool_times *t = atomic_load(&l->times);

		if (t == NULL)
			continue;
		histogram_clear(&t->wait);
		histogram_clear(&t->run);
	}
	clear_counts(p);
}

void
pool_after_fork_child(void)
{
	uint64_t now = ticks_now();

	lock_reset(&pool_making);
	pool_lane_after_fork_child();
	for (unsigned i = 0; i < POOLS; i++) {
		struct pool *p = pool_at(i);

		if (p == NULL)
			continue;
		forget(p);
		begin_anew(p, now);
	}
	if (atomic_load(&pool_armed_since) != 0)
		atomic_store(&pool_armed_since, now);
}
