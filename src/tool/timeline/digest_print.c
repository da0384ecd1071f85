/*
 * digest_print - the few sentences that a log of periods comes to.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/figures.h"
#include "tool/timeline/digest.h"

enum { POOLS_SHOWN = 16, VERDICTS_SHOWN = 20 };

const char *
digest_ms(char to[24], double ms)
{
	if (ms >= 60e3)
		snprintf(to, 24, "%.0fs", ms / 1e3);
	else if (ms >= 1e3)
		snprintf(to, 24, "%.3gs", ms / 1e3);
	else if (ms >= 10 || ms == 0)
		snprintf(to, 24, "%.0fms", ms);
	else
		snprintf(to, 24, "%.2gms", ms);
	return to;
}

static const char *
about(bool estimated)
{
	return estimated ? "~" : "";
}

static double
mean(const struct extent *e)
{
	return e->n > 0 ? e->sum / e->n : 0;
}

static void
put_span(const struct digest *d, FILE *to)
{
	const struct process *p = d->process;
	char name[64], period[24];

	fprintf(to, "%s: %.3fs to %.3fs",
	    timeline_name(p, name, sizeof(name)),
	    timeline_from_ms(p) / 1e3, timeline_to_ms(p) / 1e3);
	if (p->n_sched > 0)
		fprintf(to, ", a SCHED line every %s, %u of %zu missing",
		    digest_ms(period, d->period_ms), d->missing,
		    p->n_sched + d->missing);
	fputc('\n', to);
}

/* "  delay: 12ms a period, most 1.20s @33.0s" */
static void
put_times(const char *name, const struct extent *e, FILE *to)
{
	char a[24], b[24];

	if (e->n == 0)
		return;
	fprintf(to, "  %s: %s%s a period", name, about(e->estimated),
	    digest_ms(a, mean(e)));
	if (e->most > 0)
		fprintf(to, ", most %s%s @%.1fs", about(e->estimated),
		    digest_ms(b, e->most), e->most_ms / 1e3);
	fputc('\n', to);
}

static void
put_process(const struct digest *d, FILE *to)
{
	const struct process *p = d->process;

	if (d->cpu.n > 0)
		fprintf(to, "  cpu: %.0f%%, most %.0f%% @%.1fs (of %.0f%%); "
		    "threads: %s%.0f, most %.0f\n", mean(&d->cpu),
		    d->cpu.most, d->cpu.most_ms / 1e3,
		    (double)p->sched[0].f[SCHED_PROCS].value * 100,
		    about(d->threads.estimated), mean(&d->threads),
		    d->threads.most);
	put_times("delay", &d->delay, to);
	put_times("lockwait", &d->lockwait, to);
	if (d->throttled.most > 0)
		put_times("throttled", &d->throttled, to);
}

/* Sums and largest values of the moments of the worst minute. */
static void
put_worst_minute(const struct digest *d, FILE *to)
{
	struct extent e[3] = { { 0 } };
	const struct moment *wait = NULL;
	size_t n = d->worst_end - d->worst;
	char a[24];

	if (n == 0 || d->by == DIGEST_BY_NOTHING)
		return;
	for (size_t i = d->worst; i < d->worst_end; i++) {
		const struct moment *m = &d->moments[i];

		e[0].sum += m->saturated.value;
		e[0].estimated |= m->saturated.estimated;
		e[1].sum += m->cpu.value;
		e[2].sum += m->delay.value;
		e[2].estimated |= m->delay.estimated;
		if (m->wait.known && (wait == NULL ||
		    m->wait.value > wait->wait.value))
			wait = m;
	}
	fprintf(to, "  worst minute: %.1fs to %.1fs:",
	    MAX(d->moments[d->worst].ms - d->period_ms, 0) / 1e3,
	    d->moments[d->worst_end - 1].ms / 1e3);
	if (wait != NULL)
		fprintf(to, " waits up to %s%s (%s),",
		    about(wait->wait.estimated),
		    digest_ms(a, wait->wait.value), wait->pool->name);
	if (d->process->n_pools > 0)
		fprintf(to, " a pool saturated %s%.0f%%,",
		    about(e[0].estimated), e[0].sum / (double)n);
	fprintf(to, " cpu %.0f%%, delay %s%s\n", e[1].sum / (double)n,
	    about(e[2].estimated), digest_ms(a, e[2].sum));
}

static void
put_longest(const struct digest *d, FILE *to)
{
	char a[24];

	if (d->longest != NULL)
		fprintf(to, "  longest wait: %s%s in %s @%.1fs\n",
		    about(d->longest->wait.estimated),
		    digest_ms(a, d->longest->wait.value),
		    d->longest->pool->name, d->longest->ms / 1e3);
}

/* "1.2/8.4/31ms", "-" */
static void
put_three(const struct figure *f, FILE *to)
{
	char a[24], b[24], c[24];

	if (!f[2].known)
		fputc('-', to);
	else
		fprintf(to, "%s%s/%s/%s", about(f[2].estimated),
		    digest_ms(a, f[0].value), digest_ms(b, f[1].value),
		    digest_ms(c, f[2].value));
}

static void
put_count(const char *name, const struct figure *f, FILE *to)
{
	if (f->known)
		fprintf(to, ", %s%.0f %s", about(f->estimated),
		    (double)f->value, name);
}

static void
put_states(const struct figure *f, FILE *to)
{
	struct figure busy = f[POOL_BUSY];

	busy.value += f[POOL_BLOCKED].value;
	put_count("busy", &busy, to);
	if (f[POOL_BLOCKED].known && f[POOL_BLOCKED].value > 0)
		fprintf(to, " (%s%.0f blocked)",
		    about(f[POOL_BLOCKED].estimated),
		    (double)f[POOL_BLOCKED].value);
	put_count("idle", &f[POOL_IDLE], to);
	put_count("queued", &f[POOL_QUEUE], to);
}

static void
put_pool(const struct pool *p, FILE *to)
{
	struct pool_digest d;
	char a[24];

	digest_pool(&d, p);
	fprintf(to, "  pool %s (%s): %.0f worker%s, saturated ", p->name,
	    p->via, d.workers.most,
	    figures_plural((uint64_t)d.workers.most));
	if (d.saturated.n > 0)
		fprintf(to, "%s%.0f%% of the time",
		    about(d.saturated.estimated), mean(&d.saturated));
	else
		fputs("-", to);
	if (d.worst != NULL) {
		fprintf(to, "; worst @%.1fs: wait ", d.worst->ms / 1e3);
		put_three(&d.worst->f[POOL_WAIT], to);
		if (d.worst->f[POOL_OLDEST].value > 0)
			fprintf(to, ", oldest %s%s",
			    about(d.worst->f[POOL_OLDEST].estimated),
			    digest_ms(a, d.worst->f[POOL_OLDEST].value));
		if (d.worst->f[POOL_LONGEST].value > 0)
			fprintf(to, ", longest run %s",
			    digest_ms(a, d.worst->f[POOL_LONGEST].value));
		put_states(d.worst->f, to);
	}
	fputc('\n', to);
}

static void
put_pools(const struct process *p, FILE *to)
{
	for (size_t i = 0; i < p->n_pools && i < POOLS_SHOWN; i++)
		put_pool(&p->pools[i], to);
	if (p->n_pools > POOLS_SHOWN)
		fprintf(to, "  %zu more pools\n", p->n_pools - POOLS_SHOWN);
	for (size_t i = 0; i < p->n_verdicts && i < VERDICTS_SHOWN; i++) {
		const struct verdict *v = &p->verdicts[i];

		fprintf(to, "  starving: %s %.1fs to %.1fs (%u line%s): %s\n",
		    v->pool, v->from_ms / 1e3, v->to_ms / 1e3, v->lines,
		    figures_plural(v->lines), v->words);
	}
	if (p->n_verdicts > VERDICTS_SHOWN)
		fprintf(to, "  starving: %zu more times\n",
		    p->n_verdicts - VERDICTS_SHOWN);
}

const char *
digest_mb(char to[24], double mb)
{
	snprintf(to, 24, mb < 1000 ? "%.3g MB" : "%.0f MB", mb);
	return to;
}

const char *
digest_growth(char to[64], const struct gc_digest *d)
{
	double rate = d->growth_mb_min;

	to[0] = '\0';
	if (d->grows_known && d->is_steady)
		snprintf(to, 64, "is steady");
	else if (d->grows_known)
		snprintf(to, 64, "%s ~%.3g MB a minute",
		    rate < 0 ? "shrinks" : "grows", fabs(rate));
	return to;
}

static void
put_heap(const struct process *p, FILE *to)
{
	char a[24], b[24], c[24], growth[64];
	struct gc_digest d;

	if (p->n_gc == 0)
		return;
	digest_gc(&d, p);
	fprintf(to, "  heap: %zu cycle%s, application threads paid %s "
	    "(most %.3gms @%.1fs), largest %s @%.1fs, live %s @%.1fs",
	    p->n_gc, figures_plural(p->n_gc), digest_ms(a, d.paid.sum),
	    d.paid.most, d.paid.most_ms / 1e3,
	    digest_mb(b, d.resident.most), d.resident.most_ms / 1e3,
	    digest_mb(c, d.last->f[GC_LIVE].value), d.last->ms / 1e3);
	if (*digest_growth(growth, &d) != '\0')
		fprintf(to, ", %s", growth);
	fputc('\n', to);
}

void
digest_print(const struct timeline *t, FILE *to)
{
	for (size_t i = 0; i < t->n; i++) {
		struct digest d;

		digest_make(&d, &t->processes[i]);
		put_span(&d, to);
		put_process(&d, to);
		put_worst_minute(&d, to);
		put_longest(&d, to);
		put_pools(d.process, to);
		put_heap(d.process, to);
		digest_drop(&d);
	}
	if (t->left_out > 0)
		fprintf(to, "missing: %" PRIu64 " line%s of more processes "
		    "or pools than are kept; processes that share a log need "
		    "prefix=1\n", t->left_out, figures_plural(t->left_out));
}
