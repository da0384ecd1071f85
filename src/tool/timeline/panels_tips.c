/*
 * panels_tips - the figures of a column, for a mouse that rests on it.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/base/figures.h"
#include "tool/timeline/chart.h"
#include "tool/timeline/digest.h"
#include "tool/timeline/panels.h"

enum { POOLS_TOLD = 8 };

static void
put_figure(FILE *to, const char *name, const struct figure *f,
    chart_label_fn label)
{
	char a[24];

	if (!f->known) {
		fprintf(to, " %s -", name);
		return;
	}
	label(a, f->value);
	fprintf(to, " %s %s%s", name, f->estimated ? "~" : "", a);
}

static void
put_process(FILE *to, const struct cell *c)
{
	put_figure(to, "cpu", &c->f[SCHED_CPU], chart_percent);
	put_figure(to, "delay", &c->f[SCHED_DELAY], chart_ms);
	put_figure(to, "lockwait", &c->f[SCHED_LOCKWAIT], chart_ms);
	put_figure(to, "threads", &c->f[SCHED_THREADS], chart_count);
	put_figure(to, "idle", &c->f[SCHED_IDLE], chart_count);
	fputc('\n', to);
}

static void
put_pool(FILE *to, const struct pool *p, const struct cell *c)
{
	if (!c->there)
		return;
	figures_put_xml(to, p->name);
	fputc(':', to);
	put_figure(to, "busy", &c->f[POOL_BUSY], chart_count);
	put_figure(to, "blocked", &c->f[POOL_BLOCKED], chart_count);
	put_figure(to, "idle", &c->f[POOL_IDLE], chart_count);
	put_figure(to, "queued", &c->f[POOL_QUEUE], chart_count);
	put_figure(to, "wait", &c->f[POOL_WAIT], chart_ms);
	put_figure(to, "/", &c->f[POOL_WAIT_P99], chart_ms);
	put_figure(to, "/", &c->f[POOL_WAIT_MAX], chart_ms);
	put_figure(to, "oldest", &c->f[POOL_OLDEST], chart_ms);
	put_figure(to, "longest", &c->f[POOL_LONGEST], chart_ms);
	put_figure(to, "delay", &c->f[POOL_DELAY], chart_ms);
	put_figure(to, "lockwait", &c->f[POOL_LOCKWAIT], chart_ms);
	fputc('\n', to);
}

void
panels_tips(FILE *to, const struct process *p, const struct grid *g,
    double top, double bottom)
{
	size_t n_pools = MIN(p->n_pools, (size_t)POOLS_TOLD);
	struct cell *pools[POOLS_TOLD], *sched = grid_sched(g, p);

	for (size_t k = 0; k < n_pools; k++)
		pools[k] = grid_pool(g, &p->pools[k]);
	for (unsigned i = 0; i < g->n && p->last_ms > 0; i++) {
		double x = chart_x(g, grid_ms(g, i));

		fprintf(to, "<rect class=\"tip\" x=\"%.1f\" y=\"%.1f\" "
		    "width=\"%.1f\" height=\"%.1f\"><title>%.3fs",
		    x, top, chart_x(g, grid_ms(g, i + 1)) - x, bottom - top,
		    grid_ms(g, i + 1) / 1e3);
		if (g->each > 1)
			fprintf(to, ", the worst of %.0f periods", g->each);
		fputc('\n', to);
		if (sched[i].there)
			put_process(to, &sched[i]);
		for (size_t k = 0; k < n_pools; k++)
			put_pool(to, &p->pools[k], &pools[k][i]);
		fputs("</title></rect>\n", to);
	}
	for (size_t k = 0; k < n_pools; k++)
		free(pools[k]);
	free(sched);
}
