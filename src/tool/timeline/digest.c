/*
 * digest - the few sentences that a log of periods comes to.
 */
#include "tool/timeline/digest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

#define MINUTE_MS 60e3
#define STEADY_SHARE 0.02	/* of what is live, over the whole log */

static void
extend(struct extent *e, const struct figure *f, double ms)
{
	if (!f->known)
		return;
	if (e->n++ == 0 || f->value > e->most) {
		e->most = f->value;
		e->most_ms = ms;
	}
	e->sum += f->value;
	e->estimated |= f->estimated;
}

static bool
is_more(const struct figure *a, const struct figure *b)
{
	return a->known && (!b->known || a->value > b->value);
}

struct figure
digest_wait(const struct pool_sample *s)
{
	const struct figure *f = &s->f[POOL_WAIT_MAX];

	if (is_more(&s->f[POOL_OLDEST], f))
		f = &s->f[POOL_OLDEST];
	return *f;
}

struct figure
digest_saturated(const struct pool_sample *s)
{
	const struct figure *idle = &s->f[POOL_IDLE];

	if (s->f[POOL_SATURATED].known)
		return s->f[POOL_SATURATED];
	return (struct figure){
		.known = idle->known && s->f[POOL_WORKERS].value > 0,
		.estimated = true,
		.value = idle->value == 0 ? 100 : 0,
	};
}

static int
compare(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	return x->ms < y->ms ? -1 : x->ms > y->ms;
}

/* The moment that @ms belongs to: lines of one period may differ by a few
 * milliseconds. */
static struct moment *
moment_at(const struct digest *d, double ms)
{
	size_t low = 0, high = d->n_moments;

	while (high - low > 1) {
		size_t mid = (low + high) / 2;

		if (d->moments[mid].ms <= ms)
			low = mid;
		else
			high = mid;
	}
	if (low + 1 < d->n_moments &&
	    d->moments[low + 1].ms - ms < ms - d->moments[low].ms)
		low++;
	return &d->moments[low];
}

static void
set_times(struct digest *d)
{
	const struct process *p = d->process;
	const struct pool *most = NULL;
	size_t n = p->n_sched;

	for (size_t i = 0; i < p->n_pools; i++)
		if (most == NULL || p->pools[i].n > most->n)
			most = &p->pools[i];
	if (n == 0 && most != NULL)
		n = most->n;
	d->moments = alloc_zeroed(n, sizeof(*d->moments));
	d->n_moments = n;
	for (size_t i = 0; i < n; i++) {
		struct moment *m = &d->moments[i];

		m->ms = p->n_sched > 0 ? p->sched[i].ms :
		    most->samples[i].ms;
		if (p->n_sched == 0)
			continue;
		m->cpu = p->sched[i].f[SCHED_CPU];
		m->delay = p->sched[i].f[SCHED_DELAY];
		m->lockwait = p->sched[i].f[SCHED_LOCKWAIT];
	}
	if (n > 1)
		qsort(d->moments, n, sizeof(*d->moments), compare);
}

static void
add_pool(struct digest *d, const struct pool *p)
{
	for (size_t i = 0; i < p->n && d->n_moments > 0; i++) {
		struct moment *m = moment_at(d, p->samples[i].ms);
		struct figure wait = digest_wait(&p->samples[i]);
		struct figure full = digest_saturated(&p->samples[i]);

		if (is_more(&wait, &m->wait)) {
			m->wait = wait;
			m->pool = p;
		}
		if (is_more(&full, &m->saturated))
			m->saturated = full;
	}
}

static const struct figure *
figure_by(const struct moment *m, enum digest_by by)
{
	switch (by) {
	case DIGEST_BY_WAIT:
		return &m->wait;
	case DIGEST_BY_SATURATION:
		return &m->saturated;
	case DIGEST_BY_DELAY:
		return &m->delay;
	default:
		return &m->cpu;
	}
}

static double
value_by(const struct moment *m, enum digest_by by)
{
	const struct figure *f = figure_by(m, by);

	return f->known ? f->value : 0;
}

/* The first of the reasons that the log has anything to say about. */
static void
choose_reason(struct digest *d)
{
	for (d->by = 0; d->by < DIGEST_BY_NOTHING; d->by++)
		for (size_t i = 0; i < d->n_moments; i++)
			if (value_by(&d->moments[i], d->by) > 0)
				return;
}

/* The minute in which the reason adds up to most. */
static void
find_worst_minute(struct digest *d)
{
	double sum = 0, best = -1;
	size_t from = 0;

	choose_reason(d);
	for (size_t i = 0; i < d->n_moments; i++) {
		sum += value_by(&d->moments[i], d->by);
		while (d->moments[i].ms - d->moments[from].ms +
		    d->period_ms > MINUTE_MS && from < i)
			sum -= value_by(&d->moments[from++], d->by);
		if (sum > best * (1 + 1e-9)) {
			best = sum;
			d->worst = from;
			d->worst_end = i + 1;
		}
	}
}

void
digest_make(struct digest *d, const struct process *p)
{
	*d = (struct digest){ .process = p };
	d->period_ms = timeline_period_ms(p);
	set_times(d);
	for (size_t i = 0; i < p->n_pools; i++)
		add_pool(d, &p->pools[i]);
	for (size_t i = 0; i < p->n_sched; i++) {
		const struct sched_sample *s = &p->sched[i];

		extend(&d->cpu, &s->f[SCHED_CPU], s->ms);
		extend(&d->delay, &s->f[SCHED_DELAY], s->ms);
		extend(&d->lockwait, &s->f[SCHED_LOCKWAIT], s->ms);
		extend(&d->threads, &s->f[SCHED_THREADS], s->ms);
		extend(&d->throttled, &s->f[SCHED_THROTTLED], s->ms);
		if (i > 0)
			d->missing += timeline_missing(
			    s->ms - p->sched[i - 1].ms, d->period_ms);
	}
	for (size_t i = 0; i < d->n_moments; i++)
		if (d->moments[i].wait.known && (d->longest == NULL ||
		    d->moments[i].wait.value > d->longest->wait.value))
			d->longest = &d->moments[i];
	find_worst_minute(d);
}

void
digest_drop(struct digest *d)
{
	free(d->moments);
}

/* A period is worse when tasks wait longer; else when it is fuller; else when
 * more workers are busy. */
static bool
is_worse(const struct pool_sample *a, const struct pool_sample *b)
{
	struct figure wa = digest_wait(a), wb = digest_wait(b);
	struct figure sa = digest_saturated(a), sb = digest_saturated(b);

	if (is_more(&wa, &wb) || is_more(&wb, &wa))
		return is_more(&wa, &wb);
	if (is_more(&sa, &sb) || is_more(&sb, &sa))
		return is_more(&sa, &sb);
	return is_more(&a->f[POOL_BUSY], &b->f[POOL_BUSY]);
}

void
digest_pool(struct pool_digest *d, const struct pool *p)
{
	*d = (struct pool_digest){ 0 };
	for (size_t i = 0; i < p->n; i++) {
		const struct pool_sample *s = &p->samples[i];
		struct figure full = digest_saturated(s);

		extend(&d->workers, &s->f[POOL_WORKERS], s->ms);
		extend(&d->saturated, &full, s->ms);
		d->saturated_known |= s->f[POOL_SATURATED].known;
		if (d->worst == NULL || is_worse(s, d->worst))
			d->worst = s;
	}
}

/* How much the live heap grows, by the line that fits the cycles best; the
 * first tenth of the time, in which programs set themselves up, is left out. */
static void
fit_growth(struct gc_digest *d, const struct process *p)
{
	double first = p->gc[0].ms, last = p->gc[p->n_gc - 1].ms;
	double from = first + (last - first) / 10;
	double n = 0, x = 0, y = 0, xx = 0, xy = 0;

	for (size_t i = 0; i < p->n_gc; i++) {
		const struct gc_sample *s = &p->gc[i];
		double t = (s->ms - from) / MINUTE_MS;

		if (t < 0 || !s->f[GC_LIVE].known || s->f[GC_AT_EXIT].known)
			continue;
		n++;
		x += t;
		xx += t * t;
		y += s->f[GC_LIVE].value;
		xy += t * s->f[GC_LIVE].value;
	}
	d->grows_known = n >= 5 && last - first >= 10e3 &&
	    n * xx - x * x > 0;
	if (!d->grows_known)
		return;
	d->growth_mb_min = (n * xy - x * y) / (n * xx - x * x);
	d->is_steady = fabs(d->growth_mb_min * (last - from) / MINUTE_MS) <
	    STEADY_SHARE * y / n;
}

void
digest_gc(struct gc_digest *d, const struct process *p)
{
	*d = (struct gc_digest){ 0 };
	for (size_t i = 0; i < p->n_gc; i++) {
		const struct gc_sample *s = &p->gc[i];

		extend(&d->resident, &s->f[GC_BEFORE], s->ms);
		extend(&d->resident, &s->f[GC_AFTER], s->ms);
		extend(&d->live, &s->f[GC_LIVE], s->ms);
		extend(&d->paid, &s->f[GC_APP_MS], s->ms);
		if (d->last == NULL || !s->f[GC_AT_EXIT].known)
			d->last = s;
	}
	if (p->n_gc > 0)
		fit_growth(d, p);
}
