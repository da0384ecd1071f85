/*
 * pool_task - workers start tasks and are done with them.
 *
 * These run as often as the host has tasks: a lane's owner adds to its own
 * counters without locked instructions, and what all workers share is touched
 * only when one was idle.  One task of a worker that has its lane goes a short
 * way, which calls nothing and so saves no registers.
 */
#include "common/base/ticks.h"
#include "shim/sched/pool_state.h"

enum {
	HURRY_TASKS = 1024, HURRY_NS = 2000, OWN_TIMES_NS = 50000,
	GAP_NS = 200000,
	/* A worker that lost its processor for a while is still in a hurry. */
	HURRY_KEPT = 8, PAUSED_NS = 20000,
	STRIDE_MASK = 63,		/* tasks passed over at most */
	LONG_TICKS = 1 << 24,		/* 4 to 17 ms: a task that is told of in
					 * any case */
};

/* A worker that has just become idle while tasks wait is most likely about to
 * take one: what came after is left for the next fold, when it is known. */
void
pool_fold(struct pool *p, uint64_t now, bool tasks_wait)
{
	uint64_t since = UINT64_MAX, known = now;

	for (struct pool_lane *l = p->lanes; l != NULL;
	    l = l->next_of_pool) {
		uint64_t idle;

		if (atomic_load_explicit(&l->active,
		    memory_order_acquire) != 0)
			continue;
		idle = atomic_load_explicit(&l->idle_since,
		    memory_order_relaxed);
		if (tasks_wait && ticks_to_ns(now - MIN(now, idle)) < GAP_NS)
			known = MIN(known, idle);
		else
			since = MIN(since, idle);
	}
	if (p->workers == 0)
		since = p->empty_since;
	fullness_fold(&p->full, known, since);
}

void
pool_make_room(struct pool *p, uint64_t now)
{
	if (unlikely(fullness_is_crowded(&p->full)))
		pool_fold(p, now, false);
}

void
pool_end_idle(struct pool *p, struct pool_lane *l, uint64_t now,
    unsigned active)
{
	struct hook_scope scope;
	bool entered = hook_enter(&scope);

	/* In a handler that interrupted a hook: better a time that is too
	 * full than a lock taken twice. */
	if (!entered) {
		atomic_fetch_add(&pool_events_lost, 1);
		atomic_store(&l->busy_since, now);
		atomic_store(&l->active, active);
		return;
	}
	lock_take(&p->full_lock);
	pool_make_room(p, now);
	fullness_idle(&p->full, atomic_load_explicit(&l->idle_since,
	    memory_order_relaxed), now);
	atomic_store_explicit(&l->busy_since, now, memory_order_relaxed);
	atomic_store_explicit(&l->active, active, memory_order_relaxed);
	lock_give(&p->full_lock);
	hook_leave(&scope);
}

/* Counts a task as begun on @l at @now. */
static ALWAYS_INLINE void
become_busy(struct pool *p, struct pool_lane *l, uint64_t queued,
    uint64_t now, size_t n)
{
	uint32_t active = atomic_load_explicit(&l->active,
	    memory_order_relaxed);

	if (active == 0 && (queued == 0 || queued >
	    atomic_load_explicit(&l->idle_since, memory_order_relaxed))) {
		pool_end_idle(p, l, now, (uint32_t)n);
		return;
	}
	if (active == 0)
		atomic_store_explicit(&l->busy_since, now,
		    memory_order_relaxed);
	atomic_store_explicit(&l->active, active + (uint32_t)n,
	    memory_order_release);
}

static ALWAYS_INLINE void
add_time(struct pool *p, struct pool_times *t, struct histogram *h,
    uint64_t span)
{
	uint64_t ns = ticks_to_ns(span);

	if (likely(t != &p->rest))
		histogram_add(h, ns);
	else
		histogram_add_shared(h, ns, 1);
}

static ALWAYS_INLINE struct pool_times *
times_of(struct pool *p, struct pool_lane *l)
{
	struct pool_times *t = atomic_load_explicit(&l->times,
	    memory_order_relaxed);

	return likely(t != NULL) ? t : &p->rest;
}

/* Tasks are taken in the order they came in, as long as no worker takes an
 * older one than before; two submitters may pass each other by a little. */
static ALWAYS_INLINE void
watch_order(struct pool *p, struct pool_lane *l, uint64_t queued)
{
	uint64_t newest = atomic_load_explicit(&l->newest,
	    memory_order_relaxed);

	if (unlikely(queued < newest && newest - queued > 1u << 18))
		atomic_store_explicit(&p->disordered, 1,
		    memory_order_relaxed);
	atomic_store_explicit(&l->newest, queued, memory_order_relaxed);
}

static ALWAYS_INLINE struct pool_lane *
worker_lane(struct pool *p)
{
	struct thread *t = thread_self();
	struct pool_lane *l = t == NULL ? NULL : pool_lane_of(t, p);

	return likely(l != NULL) || t == NULL ? l :
	    pool_join(p, t, 0, ticks_now());
}

/* How many tasks to pass over, 31.5 on average.  By chance, as what comes every
 * so many tasks would always be timed, or never. */
static ALWAYS_INLINE uint32_t
next_stride(struct pool_lane *l)
{
	l->chance = l->chance * 1664525 + 1013904223;
	return l->chance >> 16 & STRIDE_MASK;
}

/* A worker that has more than half a million tasks a second, and finds the next
 * one waiting whenever it is done, times one in some thirty: reading the time
 * is most of what we cost it.  It is counted all the same. */
static ALWAYS_INLINE bool
may_skip_times(struct pool_lane *l, const struct pool_stamp *s)
{
	if (likely(atomic_load_explicit(&l->hurry, memory_order_relaxed) == 0))
		return false;
	if (!pool_has_seen(s->queued) || s->queued >
	    atomic_load_explicit(&l->idle_since, memory_order_relaxed) ||
	    atomic_load_explicit(&l->active, memory_order_relaxed) != 0)
		return false;
	if (l->skip == 0) {
		l->skip = next_stride(l);
		return false;
	}
	l->skip--;
	return true;
}

static ALWAYS_INLINE void
count_started(struct pool_lane *l, uint64_t n, uint64_t taken, uint64_t sum)
{
	thread_add(&l->n.started, n);
	thread_add(&l->n.stamps, sum);
	thread_add(&l->n.taken, taken);
}

/* The calling thread's lane, when it is the first in its list and the pool has
 * one queue: a worker of one pool, as nearly all are. */
static ALWAYS_INLINE struct pool_lane *
first_lane(struct pool *p)
{
	struct thread *t = tls.thread;
	struct pool_lane *l = p == NULL || t == NULL || p->queues > 1 ? NULL :
	    atomic_load_explicit(&t->lanes, memory_order_relaxed);

	return l != NULL && atomic_load_explicit(&l->pool,
	    memory_order_relaxed) == p ? l : NULL;
}

/* It was not idle, as may_skip_times() found: busy since the last was done. */
static ALWAYS_INLINE void
start_untimed(struct pool *p, struct pool_lane *l, struct pool_stamp *s)
{
	uint64_t queued = s->queued;

	s->started = 0;
	atomic_store_explicit(&l->busy_since, atomic_load_explicit(
	    &l->idle_since, memory_order_relaxed), memory_order_relaxed);
	atomic_store_explicit(&l->active, 1, memory_order_release);
	watch_order(p, l, queued);
	count_started(l, 1, 1, queued);
}

/* Apart, so that who is in a hurry saves no registers for it. */
static __attribute__((noinline)) void
start_timed(struct pool *p, struct pool_lane *l, struct pool_stamp *stamps,
    size_t n)
{
	struct pool_times *t = times_of(p, l);
	uint64_t taken = 0, sum = 0, now = ticks_now();

	become_busy(p, l, pool_has_seen(stamps[0].queued) ?
	    stamps[0].queued : 0, now, n);
	for (size_t i = 0; i < n; i++) {
		stamps[i].started = now;
		if (!pool_has_seen(stamps[i].queued))
			continue;
		taken++;
		sum += stamps[i].queued;
		watch_order(p, l, stamps[i].queued);
		add_time(p, t, &t->wait, now - MIN(now, stamps[i].queued));
	}
	count_started(l, n, taken, sum);
}

static __attribute__((noinline)) void
start_any(struct pool *p, struct pool_stamp *stamps, size_t n, bool may_skip)
{
	struct pool_lane *l = p == NULL || n == 0 ? NULL : worker_lane(p);

	if (unlikely(l == NULL))
		return;
	if (n == 1 && may_skip && may_skip_times(l, stamps))
		start_untimed(p, l, stamps);
	else
		start_timed(p, l, stamps, n);
	if (unlikely(p->queues > 1))
		pool_count_in_queues(p, stamps, n, false);
}

void
pool_started(struct pool *p, struct pool_stamp *stamps, size_t n)
{
	struct pool_lane *l = likely(n == 1) ? first_lane(p) : NULL;

	if (likely(l != NULL) && may_skip_times(l, stamps))
		start_untimed(p, l, stamps);
	else
		start_any(p, stamps, n, l == NULL);
}

/* The last of its tasks is done. */
static ALWAYS_INLINE void
become_idle(struct pool_lane *l, uint64_t now, size_t n)
{
	uint32_t active = atomic_load_explicit(&l->active,
	    memory_order_relaxed);

	if (likely(active <= n)) {
		atomic_store_explicit(&l->idle_since, now,
		    memory_order_relaxed);
		atomic_store_explicit(&l->busy_since, 0,
		    memory_order_relaxed);
		active = (uint32_t)n;
	}
	atomic_store_explicit(&l->active, active - (uint32_t)n,
	    memory_order_release);
}

/* What is shared by few costs little; who has many tasks has histograms of its
 * own, which are large. */
static COLD void
check_hurry(struct pool *p, struct pool_lane *l, uint64_t now)
{
	uint64_t ns = ticks_to_ns(now - l->checked) / l->since_check;
	uint32_t hurry = atomic_load(&l->hurry);

	if (l->checked != 0 && ns < OWN_TIMES_NS && atomic_load(&l->times) ==
	    NULL)
		pool_times_for(p, l);

	if (l->checked != 0 && ns < HURRY_NS) {
		atomic_store(&l->hurry, HURRY_KEPT);
		atomic_store(&l->sampled, 1);
	} else if (hurry > 0) {
		atomic_store(&l->hurry, ns < PAUSED_NS ? hurry - 1 : 0);
	}
	l->checked = now;
	l->since_check = 0;
}

/* Apart, as start_timed(). */
static __attribute__((noinline)) void
end_timed(struct pool *p, struct pool_lane *l, struct pool_stamp *stamps,
    size_t n, uint64_t now)
{
	struct pool_times *t = times_of(p, l);

	for (size_t i = 0; i < n; i++) {
		if (pool_has_seen(stamps[i].started))
			add_time(p, t, &t->run, now - MIN(now,
			    stamps[i].started));
		stamps[i].queued = 0;
		stamps[i].started = 0;
	}
	l->since_check += (uint32_t)n;
	if (unlikely(l->since_check >= HURRY_TASKS))
		check_hurry(p, l, now);
}

/* A task that was not timed, as those before it were short, was not. */
static COLD void
end_long(struct pool *p, struct pool_lane *l, uint64_t span)
{
	struct pool_times *t = times_of(p, l);

	atomic_store(&l->hurry, 0);
	add_time(p, t, &t->run, span);
}

/* Not timed: it began when the one before it ended. */
static ALWAYS_INLINE void
end_untimed(struct pool *p, struct pool_lane *l, struct pool_stamp *s,
    uint64_t span)
{
	s->queued = 0;
	l->since_check++;
	if (unlikely(span > LONG_TICKS))
		end_long(p, l, span);
}

static __attribute__((noinline)) void
end_any(struct pool *p, struct pool_stamp *stamps, size_t n)
{
	struct pool_lane *l = p == NULL || n == 0 ? NULL : worker_lane(p);
	uint64_t now, began;

	if (unlikely(l == NULL))
		return;
	now = ticks_now();
	began = atomic_load_explicit(&l->busy_since, memory_order_relaxed);
	thread_add(&l->n.done, n);
	become_idle(l, now, n);
	if (n == 1 && stamps->started == 0 && pool_has_seen(began))
		end_untimed(p, l, stamps, now - MIN(now, began));
	else
		end_timed(p, l, stamps, n, now);
}

/* Whether it is the worker's only task, and was not timed. */
static ALWAYS_INLINE bool
is_only_untimed(const struct pool_lane *l, const struct pool_stamp *s)
{
	return s->started == 0 && atomic_load_explicit(&l->active,
	    memory_order_relaxed) == 1 && pool_has_seen(atomic_load_explicit(
	    &l->busy_since, memory_order_relaxed));
}

void
pool_done(struct pool *p, struct pool_stamp *stamps, size_t n)
{
	struct pool_lane *l = likely(n == 1 && stamp_is_tsc) ?
	    first_lane(p) : NULL;
	uint64_t now, began;

	if (unlikely(l == NULL) || !is_only_untimed(l, stamps)) {
		end_any(p, stamps, n);
		return;
	}
	now = stamp_tsc();
	began = atomic_load_explicit(&l->busy_since, memory_order_relaxed);
	thread_add(&l->n.done, 1);
	become_idle(l, now, 1);
	end_untimed(p, l, stamps, now - MIN(now, began));
}
