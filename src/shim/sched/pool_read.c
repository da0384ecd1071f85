/*
 * pool_read - what is known of a pool, summed up over its lanes.
 */
#include <errno.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/sys.h"
#include "common/base/ticks.h"
#include "shim/sched/pool_state.h"

/* Tasks that overtook each other: for so many periods the oldest one that
 * waits is not known. */
enum { DISORDERED_FOR = 10 };

static uint64_t
get(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

/* One histogram of one lane, and its largest since the last time. */
static void
gather(struct histogram *into, struct histogram *from)
{
	uint64_t max = __atomic_exchange_n(&from->max_ns, 0,
	    __ATOMIC_RELAXED);

	histogram_merge(into, from);
	into->max_ns = MAX(into->max_ns, max);
}

/* The histogram of this period; @before is what was gathered last time. */
static void
since_before(struct histogram *all, struct histogram *before,
    struct histogram *out)
{
	histogram_since(out, all, before);
	*before = *all;
}

static void
read_times(struct pool *p, struct pool_reading *out)
{
	static struct histogram wait, run;	/* the diag thread's */

	histogram_clear(&wait);
	histogram_clear(&run);
	gather(&wait, &p->gone.wait);
	gather(&run, &p->gone.run);
	gather(&wait, &p->rest.wait);
	gather(&run, &p->rest.run);
	for (struct pool_lane *l = p->lanes; l != NULL;
	    l = l->next_of_pool) {
		struct pool_times *t = atomic_load(&l->times);

		if (t == NULL || t == &p->rest)
			continue;
		gather(&wait, &t->wait);
		gather(&run, &t->run);
	}
	since_before(&wait, &p->wait_before, &out->wait);
	since_before(&run, &p->run_before, &out->run);
}

static bool
is_gone(const struct pool_lane *l)
{
	pid_t tid = atomic_load(&l->owner->tid);

	return tid != 0 &&
	    sys_call3(SYS_tgkill, sys_getpid(), tid, 0) == -ESRCH;
}

/* Workers whose thread has ended without a word; asked only of those that did
 * nothing since the last time. */
static void
drop_dead(struct pool *p, uint64_t now)
{
	for (struct pool_lane *l = p->lanes, *next; l != NULL; l = next) {
		uint64_t sum = get(&l->n.started) + get(&l->n.done);

		next = l->next_of_pool;
		if (sum == l->looked_at && is_gone(l))
			pool_detach(p, l, now);
		l->looked_at = sum;
	}
}

/* Were all of its tasks timed in this period?  Who is in a hurry still will
 * not have timed all of the next. */
static bool
is_sampled(struct pool_lane *l)
{
	return atomic_load(&l->hurry) != 0 ||
	    atomic_exchange(&l->sampled, 0) != 0;
}

struct sums {
	uint64_t taken, stamps_taken;
	uint64_t queued, stamps_queued;
};

static void
add_lane(const struct pool_counts *n, struct sums *s,
    struct pool_reading *out)
{
	out->done += get(&n->done);
	out->started += get(&n->started);
	s->taken += get(&n->taken);
	s->stamps_taken += get(&n->stamps);
}

static void
read_workers(struct pool *p, struct sums *s, struct pool_reading *out)
{
	add_lane(&p->left, s, out);
	out->sampled = p->left_sampled;
	p->left_sampled = false;
	for (struct pool_lane *l = p->lanes; l != NULL; l = l->next_of_pool) {
		add_lane(&l->n, s, out);
		out->workers++;
		out->busy += atomic_load(&l->active) != 0;
		out->sampled |= is_sampled(l);
	}
	out->dropped = get(&p->dropped);
	s->taken += out->dropped;
	s->stamps_taken += get(&p->dropped_stamps);
}

static struct pool_submit *
submit_at(struct pool *p, unsigned i)
{
	return i < SUBMIT_LANES ? &p->submit[i] : &p->rest_submit;
}

static void
read_submitters(struct pool *p, struct sums *s)
{
	for (unsigned i = 0; i <= SUBMIT_LANES; i++) {
		s->queued += get(&submit_at(p, i)->queued);
		s->stamps_queued += get(&submit_at(p, i)->stamps);
	}
}

static void
read_waiting(struct pool *p, const struct sums *s, uint64_t now,
    struct pool_reading *out)
{
	int64_t (*gauge)(void *) = atomic_load(&p->gauge);
	uint64_t waiting = s->queued - MIN(s->queued, s->taken);
	uint64_t mean;

	out->waiting = p->counts_queue ? (int64_t)waiting : -1;
	if (gauge != NULL)
		out->waiting = gauge(atomic_load(&p->gauge_arg));
	if (!p->timed || !p->counts_queue || waiting == 0)
		return;
	mean = (waiting * now - (s->stamps_queued - s->stamps_taken)) /
	    waiting;
	mean = mean < now ? mean : 0;
	out->waited_mean_ns = ticks_to_ns(mean);
	out->oldest_queued = pool_nth_newest(p, waiting, now,
	    &out->oldest_estimated);
	if (p->disordered_for == 0 && p->queues < 2 &&
	    out->oldest_queued != 0)
		return;
	/* Of so many tasks one is at least that old, and as old as their
	 * mean. */
	out->oldest_estimated = true;
	if (out->oldest_queued == 0 || out->oldest_queued > now - mean)
		out->oldest_queued = now - mean;
}

static void
read_queues(struct pool *p, struct pool_reading *out)
{
	if (p->queue == NULL || p->queues < 2)
		return;
	for (unsigned i = 0; i < p->queues; i++) {
		uint64_t gone = get(&p->queue[i].gone);
		uint64_t came = get(&p->queue[i].queued);

		out->queue_length[i] = (uint32_t)(came - MIN(came, gone));
	}
}

static void
read_fullness(struct pool *p, struct pool_reading *out)
{
	lock_take(&p->full_lock);
	pool_fold(p, ticks_now(), out->waiting > 0);
	/* The rate of ticks gets better with time: what was said stays. */
	p->full_ns += ticks_to_ns(p->full.total - p->full_read);
	p->full_read = p->full.total;
	out->full_ns = p->full_ns;
	out->full_unclear = atomic_exchange(&p->expelled, 0) != 0;
	out->full_since = p->full.streak;
	out->full_now = p->full.streak != 0;
	lock_give(&p->full_lock);
}

static void
read_pool(struct pool *p, struct pool_reading *out)
{
	struct sums s = { 0 };

	if (atomic_exchange(&p->disordered, 0) != 0)
		p->disordered_for = DISORDERED_FOR;
	else if (p->disordered_for > 0)
		p->disordered_for--;
	lock_take(&p->list);
	drop_dead(p, ticks_now());
	/* What left the queues is read before what came into them: then no
	 * more can have left than came. */
	read_workers(p, &s, out);
	read_times(p, out);
	lock_give(&p->list);
	atomic_thread_fence(memory_order_acquire);
	read_submitters(p, &s);
	out->queued = s.queued;
	read_waiting(p, &s, ticks_now(), out);
	read_queues(p, out);
	read_fullness(p, out);
}

static pool_namer_fn namer;

void
pool_set_namer(pool_namer_fn fn)
{
	namer = fn;
}

/* Symbols are read without the lock; the place may have a new pool since. */
static void
name_pool(struct pool *p, uint64_t after, struct pool_reading *out)
{
	if (namer == NULL || after == 0)
		return;
	namer(out->name, after);
	lock_take(&pool_making);
	if (p->number == out->number) {
		memcpy(p->name, out->name, sizeof(p->name));
		p->named_after = 0;
	}
	lock_give(&pool_making);
}

bool
pool_read(unsigned i, struct pool_reading *out)
{
	struct pool *p = pool_at(i);
	uint64_t after;

	if (i == 0)
		ticks_calibrate();
	if (p == NULL || atomic_load(&p->life) == POOL_FREE)
		return false;
	memset(out, 0, sizeof(*out));
	lock_take(&pool_making);
	memcpy(out->name, p->name, sizeof(out->name));
	after = p->named_after;
	out->via = p->via;
	out->number = p->number;
	out->queues = p->queues;
	out->timed = p->timed;
	out->counts_queue = p->counts_queue;
	out->by_thread = p->by_thread;
	read_pool(p, out);
	if (atomic_load(&p->life) == POOL_ENDED) {
		out->ended = true;
		atomic_store(&p->life, POOL_FREE);
	}
	lock_give(&pool_making);
	name_pool(p, after, out);
	return true;
}

unsigned
pool_of(const struct thread *t, uint64_t *busy_since)
{
	unsigned number = 0;

	*busy_since = 0;
	for (const struct pool_lane *l = atomic_load(&t->lanes); l != NULL;
	    l = atomic_load(&l->next_of_thread)) {
		const struct pool *p = atomic_load(&l->pool);
		uint64_t since = get(&l->busy_since);

		if (p == NULL || (number != 0 && since == 0))
			continue;
		number = p->number;
		*busy_since = since;
		if (since != 0)
			break;
	}
	return number;
}
