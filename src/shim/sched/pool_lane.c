/*
 * pool_lane - workers come and go.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/ticks.h"
#include "shim/sched/pool_state.h"

static struct lock spare;	/* both lists */
static struct pool_lane *spare_lanes;
static struct pool_times *spare_times;

static struct pool_lane *
new_lane(void)
{
	struct pool_lane *l;

	lock_take(&spare);
	l = spare_lanes;
	if (l != NULL)
		spare_lanes = l->next_of_pool;
	lock_give(&spare);
	return l != NULL ? l : mem_forever(sizeof(*l));
}

static void
give_lane(struct pool_lane *l)
{
	lock_take(&spare);
	l->next_of_pool = spare_lanes;
	spare_lanes = l;
	lock_give(&spare);
}

static struct pool_times *
new_times(void)
{
	struct pool_times *t;

	lock_take(&spare);
	t = spare_times;
	if (t != NULL)
		spare_times = t->next;
	lock_give(&spare);
	return t != NULL ? t : mem_forever(sizeof(*t));
}

static void
give_times(struct pool_times *t)
{
	histogram_clear(&t->wait);
	histogram_clear(&t->run);
	lock_take(&spare);
	t->next = spare_times;
	spare_times = t;
	lock_give(&spare);
}

struct pool_times *
pool_times_for(struct pool *p, struct pool_lane *l)
{
	struct pool_times *t = &p->rest;
	struct hook_scope scope;

	if (!hook_enter(&scope))
		return &p->rest;
	lock_take(&p->list);
	if (p->alone < TIMED_ALONE) {
		t = new_times();
		p->alone += t != NULL;
		t = t != NULL ? t : &p->rest;
	}
	atomic_store(&l->times, t);
	lock_give(&p->list);
	hook_leave(&scope);
	return t;
}

static void
push_lane(struct pool *p, struct pool_lane *l, uint64_t now)
{
	lock_take(&p->list);
	lock_take(&p->full_lock);
	pool_make_room(p, now);
	l->next_of_pool = p->lanes;
	p->lanes = l;
	atomic_store(&l->pool, p);
	if (p->workers++ == 0) {
		fullness_idle(&p->full, p->empty_since, now);
		p->empty_since = 0;
	}
	lock_give(&p->full_lock);
	lock_give(&p->list);
}

static void
prepare(struct pool_lane *l, struct thread *t, unsigned queue, uint64_t now)
{
	atomic_store(&l->queue, queue);
	atomic_store(&l->active, 0);
	atomic_store(&l->busy_since, 0);
	atomic_store(&l->idle_since, now);
	atomic_store(&l->newest, 0);
	memset(&l->n, 0, sizeof(l->n));
	atomic_store(&l->times, NULL);
	atomic_store(&l->hurry, 0);
	atomic_store(&l->sampled, 0);
	l->skip = l->since_check = 0;
	l->checked = l->looked_at = 0;
	l->visits = atomic_load(&t->work.visits);
	l->owner = t;
	atomic_store(&l->next_of_thread, atomic_load(&t->lanes));
}

struct pool_lane *
pool_join(struct pool *p, struct thread *t, unsigned queue, uint64_t now)
{
	struct hook_scope scope;
	struct pool_lane *l = NULL;

	if (atomic_load(&p->life) == POOL_LIVE && hook_enter(&scope)) {
		l = new_lane();
		if (l != NULL) {
			prepare(l, t, queue, now);
			push_lane(p, l, now);
			atomic_store(&t->lanes, l);
		}
		hook_leave(&scope);
	}
	if (l == NULL)
		atomic_fetch_add(&pool_events_lost, 1);
	return l;
}

static void
add_counts(struct pool_counts *into, const struct pool_counts *from)
{
	thread_add(&into->started, atomic_load(&from->started));
	thread_add(&into->done, atomic_load(&from->done));
	thread_add(&into->taken, atomic_load(&from->taken));
	thread_add(&into->stamps, atomic_load(&from->stamps));
}

static void
keep_times(struct pool *p, struct pool_lane *l)
{
	struct pool_times *t = atomic_load(&l->times);

	if (t == NULL || t == &p->rest)
		return;
	histogram_merge(&p->gone.wait, &t->wait);
	histogram_merge(&p->gone.run, &t->run);
	atomic_store(&l->times, NULL);
	give_times(t);
	p->alone--;
}

static bool
unlink_from_pool(struct pool *p, struct pool_lane *l)
{
	struct pool_lane **at = &p->lanes;

	while (*at != NULL && *at != l)
		at = &(*at)->next_of_pool;
	if (*at == NULL)
		return false;
	*at = l->next_of_pool;
	return true;
}

void
pool_detach(struct pool *p, struct pool_lane *l, uint64_t now)
{
	bool was_there;

	lock_take(&p->full_lock);
	pool_make_room(p, now);
	was_there = unlink_from_pool(p, l);
	if (was_there && atomic_load(&l->active) == 0)
		fullness_idle(&p->full, atomic_load(&l->idle_since), now);
	if (was_there && --p->workers == 0)
		p->empty_since = now;
	lock_give(&p->full_lock);
	if (!was_there)
		return;
	add_counts(&p->left, &l->n);
	p->left_sampled |= atomic_load(&l->sampled) != 0;
	keep_times(p, l);
	atomic_store(&l->pool, NULL);
}

/* Takes @l from its owner's list; the owner does, or the owner is gone. */
static void
unlink_lane(struct thread *t, struct pool_lane *l)
{
	struct pool_lane *_Atomic *at = &t->lanes;

	while (atomic_load(at) != NULL && atomic_load(at) != l)
		at = &atomic_load(at)->next_of_thread;
	if (atomic_load(at) == l)
		atomic_store(at, atomic_load(&l->next_of_thread));
}

void
pool_leave(struct thread *t, struct pool_lane *l, uint64_t now)
{
	struct pool *p = atomic_load(&l->pool);

	if (p != NULL) {
		lock_take(&p->list);
		if (atomic_load(&l->pool) == p)
			pool_detach(p, l, now);
		lock_give(&p->list);
	}
	unlink_lane(t, l);
	give_lane(l);
}

void
pool_release(struct thread *t)
{
	struct hook_scope scope;
	struct pool_lane *l = atomic_load(&t->lanes);
	bool entered = l != NULL && hook_enter(&scope);

	for (; l != NULL; l = atomic_load(&t->lanes))
		pool_leave(t, l, ticks_now());
	if (entered)
		hook_leave(&scope);
}

void
pool_thread_ends(void)
{
	if (tls.thread != NULL)
		pool_release(tls.thread);
}

void
pool_worker_begin(struct pool *p, unsigned queue)
{
	struct thread *t = p == NULL ? NULL : thread_self();
	struct pool_lane *l = t == NULL ? NULL : pool_lane_of(t, p);

	if (t == NULL)
		return;
	if (l != NULL)
		atomic_store(&l->queue, queue);
	else
		pool_join(p, t, queue, ticks_now());
}

void
pool_worker_end(struct pool *p)
{
	struct thread *t = p == NULL ? NULL : thread_self();
	struct pool_lane *l = t == NULL ? NULL : pool_lane_of(t, p);
	struct hook_scope scope;

	if (l == NULL || !hook_enter(&scope))
		return;
	pool_leave(t, l, ticks_now());
	hook_leave(&scope);
}

bool
pool_has_me(const struct pool *p)
{
	const struct thread *t = p == NULL ? NULL : thread_self();

	return t != NULL && pool_lane_of(t, p) != NULL;
}

bool
pool_is_told(const struct thread *t)
{
	const struct pool_lane *l = atomic_load(&t->lanes);

	for (; l != NULL; l = atomic_load(&l->next_of_thread)) {
		const struct pool *p = atomic_load(&l->pool);

		if (p != NULL && !p->by_thread)
			return true;
	}
	return false;
}

static struct pool_lane *
lane_by_thread(const struct thread *t)
{
	struct pool_lane *l = atomic_load(&t->lanes);

	for (; l != NULL; l = atomic_load(&l->next_of_thread)) {
		const struct pool *p = atomic_load(&l->pool);

		if (p != NULL && p->by_thread)
			break;
	}
	return l;
}

bool
pool_thread_is_task(const struct thread *t, uint64_t *visits)
{
	const struct pool_lane *l = lane_by_thread(t);

	if (l == NULL)
		return false;
	*visits = atomic_load(&t->work.visits) - l->visits;
	return true;
}

/* The lane stays its owner's, of no pool. */
void
pool_expel(struct thread *t)
{
	struct pool_lane *l = lane_by_thread(t);
	struct pool *p = l == NULL ? NULL : atomic_load(&l->pool);

	if (p == NULL)
		return;
	lock_take(&p->list);
	if (atomic_load(&l->pool) == p && l->owner == t) {
		pool_detach(p, l, ticks_now());
		atomic_store(&p->expelled, 1);
	}
	lock_give(&p->list);
}

void
pool_lane_after_fork_child(void)
{
	lock_reset(&spare);
}
