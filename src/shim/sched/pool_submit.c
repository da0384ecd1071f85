/*
 * pool_submit - tasks enter a pool's queue, and leave it without being started.
 *
 * As pool_task.c: one task of a thread that has its lane goes a short way,
 * which calls nothing and so saves no registers.
 */
#include "common/base/ticks.h"
#include "shim/sched/pool_state.h"

/* The lane of the calling thread in @p, or the one that the rest shares. */
static ALWAYS_INLINE struct pool_submit *
submit_lane(struct pool *p, struct thread *t)
{
	struct pool_submit *s = &p->submit[t->index % SUBMIT_LANES];
	struct thread *owner = atomic_load_explicit(&s->owner,
	    memory_order_relaxed);

	if (likely(owner == t))
		return s;
	if (owner == NULL &&
	    atomic_compare_exchange_strong(&s->owner, &owner, t))
		return s;
	return &p->rest_submit;
}

static ALWAYS_INLINE void
note_recent(struct pool_submit *s, uint64_t at, uint64_t now, size_t n)
{
	for (uint64_t i = at; i < at + n; i++) {
		unsigned level = 0, shift = 0;

		do {
			atomic_store_explicit(&s->recent[level][(i >> shift) %
			    RECENT], now, memory_order_relaxed);
			shift += RECENT_SHIFT;
		} while (++level < RECENT_LEVELS &&
		    (i & ((1ull << shift) - 1)) == 0);
	}
}

static COLD void
count_queued_shared(struct pool_submit *s, uint64_t now, size_t n)
{
	uint64_t at = atomic_fetch_add(&s->queued, n);

	atomic_fetch_add(&s->stamps, now * n);
	note_recent(s, at, now, n);
}

static ALWAYS_INLINE void
count_queued(struct pool_submit *s, uint64_t now, size_t n)
{
	uint64_t at = atomic_load_explicit(&s->queued, memory_order_relaxed);

	note_recent(s, at, now, n);
	thread_add(&s->stamps, now * n);
	atomic_store_explicit(&s->queued, at + n, memory_order_release);
}

void
pool_count_in_queues(struct pool *p, const struct pool_stamp *s, size_t n,
    bool enters)
{
	for (size_t i = 0; i < n; i++) {
		struct pool_queue *q = &p->queue[s[i].queue % POOL_QUEUES];

		atomic_fetch_add_explicit(enters ? &q->queued : &q->gone, 1,
		    memory_order_relaxed);
	}
}

static ALWAYS_INLINE void
queue_at(struct pool *p, struct pool_stamp *stamps, size_t n, uint64_t now)
{
	struct thread *t = p == NULL ? NULL : thread_self();

	if (t == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		stamps[i].queued = now;
		stamps[i].started = 0;
	}

	struct pool_submit *s = submit_lane(p, t);

	if (unlikely(p->queues > 1))
		pool_count_in_queues(p, stamps, n, true);
	if (likely(s != &p->rest_submit))
		count_queued(s, now, n);
	else
		count_queued_shared(s, now, n);
}

static __attribute__((noinline)) void
queue_any(struct pool *p, struct pool_stamp *stamps, size_t n)
{
	queue_at(p, stamps, n, ticks_now());
}

/* The calling thread's own lane in a pool of one queue; NULL: there is none, or
 * not yet. */
static ALWAYS_INLINE struct pool_submit *
submits_alone(struct pool *p)
{
	struct thread *t = tls.thread;
	struct pool_submit *s;

	if (p == NULL || t == NULL || p->queues > 1)
		return NULL;
	s = &p->submit[t->index % SUBMIT_LANES];
	return atomic_load_explicit(&s->owner, memory_order_relaxed) == t ?
	    s : NULL;
}

void
pool_queued(struct pool *p, struct pool_stamp *stamps, size_t n)
{
	struct pool_submit *s = likely(n == 1 && stamp_is_tsc) ?
	    submits_alone(p) : NULL;

	if (unlikely(s == NULL)) {
		queue_any(p, stamps, n);
		return;
	}
	stamps->queued = stamp_tsc();
	stamps->started = 0;
	count_queued(s, stamps->queued, 1);
}

void
pool_queued_since(struct pool *p, struct pool_stamp *stamp, uint64_t ns)
{
	uint64_t now = ticks_now(), rate = MAX(ticks_rate, (uint64_t)1);
	__extension__ unsigned __int128 span = ns;

	span = (span << TICKS_RATE_BITS) / rate;
	queue_at(p, stamp, 1, now - (uint64_t)MIN(span, now));
}

void
pool_dropped(struct pool *p, struct pool_stamp *stamps, size_t n)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		if (!pool_has_seen(stamps[i].queued))
			continue;
		atomic_fetch_add(&p->dropped_stamps, stamps[i].queued);
		atomic_fetch_add(&p->dropped, 1);
		stamps[i].queued = 0;
	}
	if (p->queues > 1)
		pool_count_in_queues(p, stamps, n, false);
}
