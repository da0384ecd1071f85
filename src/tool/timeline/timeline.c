/*
 * timeline - what the SCHED, POOL and gc lines of a log say, by process.
 */
#include "tool/timeline/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

enum { PROCESSES_MAX = 256, POOLS_MAX = 1024 };

/* Lines of two kinds may be this much out of order. */
#define DISORDER_MS 1000.0

static void
drop_process(struct process *p)
{
	for (size_t i = 0; i < p->n_pools; i++) {
		free(p->pools[i].name);
		free(p->pools[i].via);
		free(p->pools[i].samples);
	}
	for (size_t i = 0; i < p->n_verdicts; i++) {
		free(p->verdicts[i].pool);
		free(p->verdicts[i].words);
	}
	free(p->sched);
	free(p->gc);
	free(p->pools);
	free(p->verdicts);
}

void
timeline_drop(struct timeline *t)
{
	for (size_t i = 0; i < t->n; i++)
		drop_process(&t->processes[i]);
	free(t->processes);
	*t = (struct timeline){ 0 };
}

static bool
goes_back(const struct process *p, const struct periodline *l)
{
	if (l->ms + DISORDER_MS < p->last_ms)
		return true;
	if (l->kind == PERIOD_SCHED)
		return p->n_sched > 0 && l->ms < p->sched[p->n_sched - 1].ms;
	return l->kind == PERIOD_GC && p->n_gc > 0 &&
	    l->ms < p->gc[p->n_gc - 1].ms;
}

/* The process that wrote @l; NULL when there are too many. */
static struct process *
process_of(struct timeline *t, uint32_t pid, const struct periodline *l)
{
	unsigned run = 1;

	for (size_t i = t->n; i-- > 0;) {
		struct process *p = &t->processes[i];

		if (p->pid != pid)
			continue;
		if (!goes_back(p, l))
			return p;
		run = p->run + 1;
		break;
	}
	if (t->n == PROCESSES_MAX)
		return NULL;
	t->processes = alloc_room(t->processes, t->n, &t->cap,
	    sizeof(*t->processes));
	t->processes[t->n] = (struct process){ .pid = pid, .run = run };
	return &t->processes[t->n++];
}

static bool
is_text(const char *a, const struct periodtext *b)
{
	return strlen(a) == b->len && memcmp(a, b->at, b->len) == 0;
}

static struct pool *
pool_of(struct process *p, const struct periodline *l)
{
	for (size_t i = 0; i < p->n_pools; i++)
		if (is_text(p->pools[i].name, &l->name))
			return &p->pools[i];
	if (p->n_pools == POOLS_MAX)
		return NULL;
	p->pools = alloc_room(p->pools, p->n_pools, &p->c_pools,
	    sizeof(*p->pools));
	p->pools[p->n_pools] = (struct pool){
		.name = alloc_text(l->name.at, l->name.len),
		.via = alloc_text(l->via.at, l->via.len),
	};
	return &p->pools[p->n_pools++];
}

static bool
add_pool(struct process *p, const struct periodline *l)
{
	struct pool *pool = pool_of(p, l);

	if (pool == NULL)
		return false;
	pool->samples = alloc_room(pool->samples, pool->n, &pool->cap,
	    sizeof(*pool->samples));

	struct pool_sample *s = &pool->samples[pool->n++];

	s->ms = l->ms;
	memcpy(s->f, l->f, sizeof(s->f));
	return true;
}

static void
add_sched(struct process *p, const struct periodline *l)
{
	p->sched = alloc_room(p->sched, p->n_sched, &p->c_sched,
	    sizeof(*p->sched));

	struct sched_sample *s = &p->sched[p->n_sched++];

	s->ms = l->ms;
	memcpy(s->f, l->f, sizeof(s->f));
}

static void
add_gc(struct process *p, const struct periodline *l)
{
	p->gc = alloc_room(p->gc, p->n_gc, &p->c_gc, sizeof(*p->gc));

	struct gc_sample *s = &p->gc[p->n_gc++];

	s->ms = l->ms;
	memcpy(s->f, l->f, sizeof(s->f));
}

/* The verdict of the same pool that ended a period ago, or NULL. */
static struct verdict *
goes_on(struct process *p, const struct periodline *l)
{
	double apart = 2.5 * timeline_period_ms(p);

	for (size_t i = p->n_verdicts; i-- > 0;)
		if (is_text(p->verdicts[i].pool, &l->name))
			return l->ms - p->verdicts[i].to_ms <= apart ?
			    &p->verdicts[i] : NULL;
	return NULL;
}

static void
add_verdict(struct process *p, const struct periodline *l)
{
	struct verdict *v = goes_on(p, l);

	if (v == NULL) {
		p->verdicts = alloc_room(p->verdicts, p->n_verdicts,
		    &p->c_verdicts, sizeof(*p->verdicts));
		v = &p->verdicts[p->n_verdicts++];
		*v = (struct verdict){
			.pool = alloc_text(l->name.at, l->name.len),
			.from_ms = l->ms,
		};
	}
	free(v->words);
	v->words = alloc_text(l->words.at, l->words.len);
	v->to_ms = l->ms;
	v->lines++;
}

bool
timeline_add(struct timeline *t, uint32_t pid, const char *line, size_t len)
{
	struct periodline l;
	struct process *p;

	if (!periodline_parse(line, len, &l))
		return false;
	p = process_of(t, pid, &l);
	if (p == NULL) {
		t->left_out++;
		return true;
	}
	p->last_ms = MAX(p->last_ms, l.ms);
	if (l.kind == PERIOD_SCHED)
		add_sched(p, &l);
	else if (l.kind == PERIOD_GC)
		add_gc(p, &l);
	else if (l.kind == PERIOD_VERDICT)
		add_verdict(p, &l);
	else if (l.kind == PERIOD_MORE)
		p->more++;
	else if (!add_pool(p, &l))
		t->left_out++;
	return true;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The median of the first distances: later ones do not change it, and a few
 * that are missing do not either. */
static double
usual_distance(const void *samples, size_t n, size_t size)
{
	double apart[101], ms[2];
	const char *at = samples;
	size_t k = 0;

	/* Samples begin with their time. */
	for (size_t i = 1; i < n && k < ARRAY_LEN(apart); i++) {
		memcpy(&ms[0], at + (i - 1) * size, sizeof(ms[0]));
		memcpy(&ms[1], at + i * size, sizeof(ms[1]));
		apart[k++] = ms[1] - ms[0];
	}
	if (k == 0) {
		memcpy(&ms[0], at, sizeof(ms[0]));
		return ms[0];
	}
	qsort(apart, k, sizeof(*apart), compare);
	return apart[k / 2];
}

/* A log that was filtered may have POOL lines and no SCHED lines. */
double
timeline_period_ms(const struct process *p)
{
	const struct pool *most = NULL;

	if (p->n_sched > 0)
		return usual_distance(p->sched, p->n_sched,
		    sizeof(*p->sched));
	for (size_t i = 0; i < p->n_pools; i++)
		if (most == NULL || p->pools[i].n > most->n)
			most = &p->pools[i];
	return most == NULL || most->n == 0 ? 0 :
	    usual_distance(most->samples, most->n, sizeof(*most->samples));
}

unsigned
timeline_missing(double ms, double period_ms)
{
	double periods = period_ms > 0 ? ms / period_ms + 0.5 : 0;

	return periods < 2 ? 0 : periods > 1e9 ? 1000000000u :
	    (unsigned)periods - 1;
}

double
timeline_from_ms(const struct process *p)
{
	double period = timeline_period_ms(p), from = p->last_ms;

	if (p->n_sched > 0)
		from = p->sched[0].ms - period;
	if (p->n_gc > 0)
		from = MIN(from, p->gc[0].ms);
	for (size_t i = 0; i < p->n_pools; i++)
		if (p->pools[i].n > 0)
			from = MIN(from, p->pools[i].samples[0].ms - period);
	return MAX(from, 0);
}

double
timeline_to_ms(const struct process *p)
{
	return p->last_ms;
}

const char *
timeline_name(const struct process *p, char *to, size_t size)
{
	int n = p->pid == 0 ? snprintf(to, size, "the process") :
	    snprintf(to, size, "process %" PRIu32, p->pid);

	if (p->run > 1 && n > 0 && (size_t)n < size)
		snprintf(to + n, size - (size_t)n, ", run %u", p->run);
	return to;
}
