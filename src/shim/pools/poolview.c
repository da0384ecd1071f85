/*
 * poolview - told pools from what pool_read() says and the look at their
 * workers; inferred ones from those who infer them.
 */
#include "shim/pools/poolview.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/ticks.h"
#include "shim/pools/pools.h"
#include "shim/sink/sink.h"
#include "shim/tasks/crew.h"

enum { INFERRED = 128 };

static struct poolview inferred[INFERRED];
static unsigned inferred_count, inferred_lost;
static uint64_t inferred_at_ns;	/* clock_ns() at the last pools_infer() */

unsigned
poolview_of(const struct task *task, uint64_t *busy_ns)
{
	uint64_t since = 0, now;
	unsigned number = pool_of(task->thread, &since);

	*busy_ns = 0;
	if (number == 0)
		return pools_of(task->thread, busy_ns);
	if (since == 0)
		return number;
	now = ticks_now();
	*busy_ns = MAX(ticks_to_ns(now - MIN(now, since)), 1);
	return number;
}

static void
count_worker(struct task *task, void *arg)
{
	uint64_t busy_ns;
	unsigned number = poolview_of(task, &busy_ns);

	struct crew *c;

	(void)arg;
	if (number == 0)
		return;
	crew_count(number, task, busy_ns);
	c = crew_of(number);
	if (c != NULL)
		c->doubt = MAX(c->doubt, pools_task_doubt(task, busy_ns));
}

static void
keep_inferred(struct poolview *v, void *arg)
{
	(void)arg;
	if (inferred_count == INFERRED)
		inferred_lost++;
	else
		inferred[inferred_count++] = *v;
}

static void
fill_times(struct pool_times *t, const struct histogram *h,
    const struct pool_reading *r)
{
	t->known = !r->timed ? NOT_KNOWN : r->sampled ? ESTIMATED : EXACT;
	t->count = h->count;
	t->max_ns = h->max_ns;
	/* The middle of a bucket may lie beyond the largest one in it. */
	t->median_ns = MIN(histogram_quantile(h, 500), h->max_ns);
	t->p99_ns = MIN(histogram_quantile(h, 990), h->max_ns);
}

static void
fill_crew(struct poolview *v, const struct tasks_look *l)
{
	struct crew *c = crew_of(v->number);

	if (c == NULL)
		return;
	memcpy(c->name, v->name, sizeof(c->name));
	if (l->delay_known && (c->untimed == 0 || c->untimed < c->workers))
		v->times_known = c->untimed == 0 ? EXACT : ESTIMATED;
	v->cpu_ns = c->cpu_ns;
	v->delay_ns = c->delay_ns;
	v->lockwait_ns = c->lockwait_ns;
}

static enum known
worth(const struct crew *c)
{
	switch (c->doubt) {
	case CREW_SURE:
		return EXACT;
	case CREW_GUESSED:
		return ESTIMATED;
	default:
		return NOT_KNOWN;
	}
}

/* The workers, as they announce their tasks; the look at their threads was a
 * moment before the reading. */
static void
fill_workers(struct poolview *v, const struct pool_reading *r)
{
	const struct crew *c = crew_of(v->number);

	v->by_thread = r->by_thread;
	v->workers_known = EXACT;
	v->workers = r->workers;
	v->busy = r->busy;
	v->idle = r->workers - MIN(r->busy, r->workers);
	v->crew_known = EXACT;
	if (c == NULL)
		return;
	v->crew_known = worth(c);
	v->blocked_known = MIN(v->crew_known,
	    c->unread != 0 ? ESTIMATED : EXACT);
	v->blocked = MIN(c->blocked, r->busy);
	v->longest_known = v->crew_known;
	if (v->longest_known == NOT_KNOWN)
		return;
	v->stuck = MIN(c->stuck, r->busy);
	v->longest_ns = c->longest_ns;
	v->longest_tid = c->longest_tid;
}

/* Where tasks overtake each other the oldest is not known, but one of them is
 * at least this old. */
static void
fill_oldest(struct poolview *v, const struct pool_reading *r, uint64_t now)
{
	uint64_t queued = r->oldest_queued;

	if (queued != 0) {
		queued = ticks_to_clock_ns(queued);
		v->oldest_known = r->oldest_estimated ? ESTIMATED : EXACT;
		v->oldest_ns = now - MIN(now, queued);
	} else if (r->waiting == 0) {
		v->oldest_known = EXACT; /* nobody waits */
	}
}

static void
fill_queue(struct poolview *v, const struct pool_reading *r, uint64_t now)
{
	v->queues = r->queues;
	v->queue_known = r->waiting >= 0 ? EXACT : NOT_KNOWN;
	v->waiting = r->waiting >= 0 ? (uint64_t)r->waiting : 0;
	memcpy(v->queue_length, r->queue_length, sizeof(v->queue_length));
	fill_oldest(v, r, now);
}

/* What was counted since the reading before. */
static void
fill_counts(struct poolview *v, const struct pool_reading *r)
{
	struct crew *c = crew_of(v->number);

	v->rate_known = c != NULL ? EXACT : NOT_KNOWN;
	v->full_known = c == NULL || r->full_unclear ? NOT_KNOWN : worth(c);
	if (c == NULL)
		return;
	v->done = r->done - MIN(r->done, c->done);
	v->full_ns = r->full_ns - MIN(r->full_ns, c->full_ns);
	c->done = r->done;
	c->full_ns = r->full_ns;
	if (r->full_now)
		v->full_since_ns = ticks_to_clock_ns(r->full_since);
}

/* The time between this reading and the one before: on a machine that has no
 * CPU for us it can be far from that between the looks. */
static uint64_t
since_reading(unsigned number, uint64_t now, uint64_t period_ns)
{
	struct crew *c = crew_of(number);
	uint64_t before = c != NULL ? c->read_at_ns : 0;

	if (c != NULL)
		c->read_at_ns = now;
	return before != 0 ? now - before : period_ns;
}

/* What was read a moment late counts for the next period, where it is missed:
 * no period is longer than it is. */
static void
carry_full(struct poolview *v)
{
	struct crew *c = crew_of(v->number);
	uint64_t full;

	if (c == NULL || v->full_known == NOT_KNOWN)
		return;
	full = v->full_ns + c->full_carry_ns;
	v->full_ns = MIN(full, v->period_ns);
	c->full_carry_ns = MIN(full - v->full_ns, v->period_ns);
}

/* Nobody works there, nothing is left to be done, and nothing was. */
static bool
is_deserted(const struct poolview *v)
{
	return v->workers == 0 && v->done == 0 && v->wait.count == 0 &&
	    (v->queue_known == NOT_KNOWN || v->waiting == 0);
}

/* Of such a pool one line tells; there is another one when it comes to life
 * again. */
static void
fill_silent(struct poolview *v)
{
	struct crew *c = crew_of(v->number);
	bool deserted = is_deserted(v);

	if (c == NULL)
		return;
	v->silent = deserted && c->deserted;
	c->deserted = deserted;
}

static void
fill_told(struct poolview *v, const struct pool_reading *r,
    const struct tasks_look *l, uint64_t period_ns)
{
	memset(v, 0, sizeof(*v));
	v->lockwait_known = EXACT;
	memcpy(v->name, r->name, sizeof(v->name));
	v->via = r->via;
	v->number = r->number;
	v->period_ns = since_reading(r->number, clock_ns(), period_ns);
	fill_queue(v, r, clock_ns());
	fill_counts(v, r);
	carry_full(v);
	fill_times(&v->wait, &r->wait, r);
	fill_times(&v->run, &r->run, r);
	fill_workers(v, r);
	fill_crew(v, l);
	fill_silent(v);
}

/* An estimate that says that work waits while all are idle is wrong, but where
 * none of those that were woken up has got a CPU yet. */
static void
settle_queue(struct poolview *v)
{
	if (v->queue_known != ESTIMATED || v->idle != v->workers || v->rung)
		return;
	v->waiting = v->oldest_ns = 0;
	memset(v->queue_length, 0, sizeof(v->queue_length));
}

static void
say_lost(void)
{
	uint64_t lost = pool_lost() + inferred_lost;

	if (lost != 0)
		sink_notice("pools", "schedtrace: there are more pools than "
		    "there is room for: %llu were left out so far",
		    (unsigned long long)lost);
}

void
poolview_each(const struct tasks_look *l, uint64_t period_ns, poolview_fn see,
    void *arg)
{
	static struct pool_reading reading;
	static struct poolview told;
	uint64_t now = clock_ns();

	inferred_count = 0;
	crew_begin(period_ns);
	tasks_each(pools_task_look, NULL);
	pools_infer(inferred_at_ns != 0 ? now - inferred_at_ns : period_ns,
	    keep_inferred, NULL);
	inferred_at_ns = now;
	tasks_each(count_worker, NULL);
	for (unsigned i = 0; i < POOLS; i++) {
		if (!pool_read(i, &reading))
			continue;
		fill_told(&told, &reading, l, period_ns);
		see(&told, arg);
	}
	for (unsigned i = 0; i < inferred_count; i++) {
		settle_queue(&inferred[i]);
		fill_crew(&inferred[i], l);
		carry_full(&inferred[i]);
		see(&inferred[i], arg);
	}
	say_lost();
}

const char *
poolview_name(unsigned number)
{
	const struct crew *c = crew_find(number);

	return c != NULL && c->name[0] != '\0' ? c->name : NULL;
}

void
poolview_forget(void)
{
	crew_forget();
	inferred_count = 0;
	inferred_at_ns = 0;
}
