/*
 * panels - what a picture shows of one process, one panel below the other.
 */
#include "tool/timeline/panels.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/timeline/chart.h"
#include "tool/timeline/digest.h"

#define BLUE "#2f6f9f"
#define AMBER "#d98e1f"
#define RED "#b8322a"
#define VIOLET "#7a5ba6"
#define GREEN "#4f8a5b"
#define GREY "#70777d"

enum { WORKERS_HEIGHT = 84, WAIT_HEIGHT = 104, QUEUE_HEIGHT = 56,
	CPU_HEIGHT = 70, DELAY_HEIGHT = 84, THREADS_HEIGHT = 70 };

struct page {
	FILE *to;
	const struct process *p;
	struct grid grid;
	double y;
};

static struct chart
begin(const struct page *g, const struct cell *there, double height,
    chart_label_fn label)
{
	return (struct chart){
		.to = g->to,
		.grid = &g->grid,
		.there = there,
		.top = g->y + CHART_TITLE,
		.height = height,
		.label = label,
	};
}

static void
end(struct page *g, const struct chart *c)
{
	g->y = c->top + c->height + CHART_BELOW;
}

/* "longest: up to ~2.47s" */
static void
legend_up_to(struct chart *c, const struct cell *cells, unsigned f,
    const char *color, const char *name)
{
	char text[96], a[24];
	bool known = false, estimated = false, exact = false;

	for (unsigned i = 0; i < c->grid->n; i++) {
		known |= cells[i].f[f].known;
		estimated |= cells[i].f[f].known && cells[i].f[f].estimated;
		exact |= cells[i].f[f].known && !cells[i].f[f].estimated;
	}
	if (!known) {
		snprintf(text, sizeof(text), "%s: not known (-)", name);
		chart_legend_note(c, text);
		return;
	}
	c->label(a, chart_most(c->grid, cells, f));
	snprintf(text, sizeof(text), "%s: up to %s%s", name,
	    estimated ? "~" : "", a);
	chart_legend_line(c, color, !exact, text);
}

/* Areas one above the other: figures @f[0..n) with their styles. */
static void
put_stack(struct chart *c, const struct cell *cells, const unsigned *f,
    const char *const *shapes, unsigned n)
{
	double low = 0, high;

	for (unsigned i = 0, next; i < c->grid->n; i = next) {
		next = i + 1;
		if (!cells[i].there)
			continue;
		while (next < c->grid->n && cells[next].there &&
		    memcmp(cells[next].f, cells[i].f,
		    sizeof(cells[i].f)) == 0)
			next++;
		low = 0;
		for (unsigned k = 0; k < n; k++) {
			high = low + (double)cells[i].f[f[k]].value;
			chart_bar(c, i, next, low, high, shapes[k]);
			low = high;
		}
	}
}

/* Where the pool starves: a strip and, at its beginning, a numbered flag. */
static void
put_verdicts(const struct page *g, const struct chart *c, const char *pool)
{
	for (size_t i = 0; i < g->p->n_verdicts; i++) {
		const struct verdict *v = &g->p->verdicts[i];

		if (strcmp(v->pool, pool) != 0)
			continue;

		double period = g->grid.column_ms / g->grid.each;
		double x = chart_x(&g->grid, v->from_ms - period);
		double width = chart_x(&g->grid, v->to_ms) - x;

		fprintf(g->to, "<rect class=\"starves\" x=\"%.1f\" y=\"%.1f\" "
		    "width=\"%.1f\" height=\"5\"/><rect class=\"starves\" "
		    "x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"15\"/>"
		    "<text class=\"flag\" x=\"%.1f\" y=\"%.1f\">%zu</text>\n",
		    x, c->top, MAX(width, 2), x, c->top, i < 9 ? 13 : 21,
		    x + 3, c->top + 11.5, i + 1);
	}
}

/* A panel in which nothing is known, or all is 0, is left out. */
static bool
waits_are_told(const struct page *g, const struct cell *cells)
{
	static const unsigned figures[] = { POOL_WAIT_MAX, POOL_OLDEST };
	double most = 0;

	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		most = MAX(most, chart_most(&g->grid, cells, figures[i]));
	return most > 0;
}

static void
workers_panel(struct page *g, const struct pool *p, const struct cell *cells)
{
	static const unsigned figures[] = { POOL_BUSY, POOL_BLOCKED,
		POOL_IDLE };
	static const char *const shapes[] = { "busy", "blocked", "idle" };
	struct chart c = begin(g, cells, WORKERS_HEIGHT, chart_count);
	struct pool_digest d;
	char more[96];

	digest_pool(&d, p);
	chart_scale(&c, 0, d.workers.most);
	snprintf(more, sizeof(more), "workers by state; via %s", p->via);
	chart_frame(&c, p->name, more);
	put_stack(&c, cells, figures, shapes, ARRAY_LEN(figures));
	put_verdicts(g, &c, p->name);
	chart_legend_box(&c, "idle", "idle");
	chart_legend_box(&c, "blocked", "busy, but blocked");
	chart_legend_box(&c, "busy", "busy, not blocked");
	if (d.saturated.n > 0) {
		snprintf(more, sizeof(more), "all of them busy: %s%.0f%% of "
		    "the time", d.saturated.estimated ? "~" : "",
		    d.saturated.sum / d.saturated.n);
		chart_legend_note(&c, more);
	}
	if (!waits_are_told(g, cells))
		chart_legend_note(&c, "time in queue: none, or not known");
	end(g, &c);
}

static void
wait_panel(struct page *g, const struct pool *p, const struct cell *cells)
{
	struct chart c = begin(g, cells, WAIT_HEIGHT, chart_ms);
	double least = chart_least(&g->grid, cells, POOL_WAIT);
	double most = chart_most(&g->grid, cells, POOL_WAIT_MAX);

	most = MAX(most, chart_most(&g->grid, cells, POOL_OLDEST));
	most = MAX(most, chart_most(&g->grid, cells, POOL_LONGEST));
	chart_scale(&c, least, most);
	chart_frame(&c, p->name, c.low > 0 ?
	    "time in queue (logarithmic scale)" : "time in queue");
	chart_steps(&c, cells, POOL_LONGEST, GREY);
	chart_steps(&c, cells, POOL_OLDEST, VIOLET);
	chart_steps(&c, cells, POOL_WAIT_MAX, RED);
	chart_steps(&c, cells, POOL_WAIT_P99, AMBER);
	chart_steps(&c, cells, POOL_WAIT, BLUE);
	legend_up_to(&c, cells, POOL_WAIT_MAX, RED, "longest wait");
	legend_up_to(&c, cells, POOL_WAIT_P99, AMBER,
	    "99 of 100 waits");
	legend_up_to(&c, cells, POOL_WAIT, BLUE, "median");
	if (chart_most(&g->grid, cells, POOL_OLDEST) > 0)
		legend_up_to(&c, cells, POOL_OLDEST, VIOLET,
		    "oldest still waiting");
	if (chart_most(&g->grid, cells, POOL_LONGEST) > 0)
		legend_up_to(&c, cells, POOL_LONGEST, GREY,
		    "longest still running");
	end(g, &c);
}

static void
queue_panel(struct page *g, const struct pool *p, const struct cell *cells)
{
	struct chart c = begin(g, cells, QUEUE_HEIGHT, chart_count);

	chart_scale(&c, 0, chart_most(&g->grid, cells, POOL_QUEUE));
	chart_frame(&c, p->name, "tasks in queue");
	chart_steps(&c, cells, POOL_QUEUE, GREEN);
	legend_up_to(&c, cells, POOL_QUEUE, GREEN, "waiting to start");
	end(g, &c);
}

static void
pool_panels(struct page *g, const struct pool *p)
{
	struct cell *cells = grid_pool(&g->grid, p);

	workers_panel(g, p, cells);
	if (waits_are_told(g, cells))
		wait_panel(g, p, cells);
	if (chart_most(&g->grid, cells, POOL_QUEUE) > 0)
		queue_panel(g, p, cells);
	free(cells);
}

/* A dashed line at what all processors could give. */
static void
cpu_panel(struct page *g, const struct cell *cells)
{
	struct chart c = begin(g, cells, CPU_HEIGHT, chart_percent);
	double all = chart_most(&g->grid, cells, SCHED_PROCS) * 100;
	char text[64];

	chart_scale(&c, 0, MAX(all,
	    chart_most(&g->grid, cells, SCHED_CPU)));
	chart_frame(&c, "CPU", "per cent of one processor");
	fprintf(g->to, "<path class=\"limit\" d=\"M%d %.1fh%d\"/>\n",
	    CHART_LEFT, chart_y(&c, all), CHART_FRAME);
	chart_steps(&c, cells, SCHED_CPU, BLUE);
	legend_up_to(&c, cells, SCHED_CPU, BLUE, "used");
	snprintf(text, sizeof(text), "dashed: all %g processors", all / 100);
	chart_legend_note(&c, text);
	end(g, &c);
}

static void
delay_panel(struct page *g, const struct cell *cells)
{
	struct chart c = begin(g, cells, DELAY_HEIGHT, chart_ms);
	bool throttled = chart_most(&g->grid, cells, SCHED_THROTTLED) > 0;
	double most = 0;
	char more[96], a[24];

	for (unsigned f = SCHED_DELAY; f <= SCHED_LOCKWAIT; f++)
		most = MAX(most, chart_most(&g->grid, cells, f));
	if (throttled)
		most = MAX(most, chart_most(&g->grid, cells,
		    SCHED_THROTTLED));
	chart_scale(&c, 0, most);
	snprintf(more, sizeof(more), "in each period of %s, summed over "
	    "threads", digest_ms(a, g->grid.column_ms / g->grid.each));
	chart_frame(&c, "Waiting for a CPU, and for locks", more);
	chart_steps(&c, cells, SCHED_LOCKWAIT, VIOLET);
	chart_steps(&c, cells, SCHED_DELAY, RED);
	if (throttled)
		chart_steps(&c, cells, SCHED_THROTTLED, AMBER);
	legend_up_to(&c, cells, SCHED_DELAY, RED, "delay (CPU)");
	legend_up_to(&c, cells, SCHED_LOCKWAIT, VIOLET, "lockwait");
	if (throttled)
		legend_up_to(&c, cells, SCHED_THROTTLED, AMBER, "throttled");
	end(g, &c);
}

static void
threads_panel(struct page *g, const struct cell *cells)
{
	static const unsigned figures[] = { SCHED_QUEUE, SCHED_RUNNABLE,
		SCHED_IDLE };
	static const char *const shapes[] = { "busy", "blocked", "idle" };
	struct chart c = begin(g, cells, THREADS_HEIGHT, chart_count);
	struct cell *split = alloc_zeroed(g->grid.n, sizeof(*split));

	for (unsigned i = 0; i < g->grid.n; i++) {
		const struct figure *f = cells[i].f;
		double running = (double)f[SCHED_THREADS].value -
		    (double)f[SCHED_IDLE].value -
		    (double)f[SCHED_RUNNABLE].value;

		split[i].there = cells[i].there;
		split[i].f[SCHED_IDLE].value = f[SCHED_IDLE].value;
		split[i].f[SCHED_RUNNABLE].value = f[SCHED_RUNNABLE].value;
		/* The queue's place serves for what runs. */
		split[i].f[SCHED_QUEUE].value = (float)MAX(running, 0);
	}
	chart_scale(&c, 0, chart_most(&g->grid, cells, SCHED_THREADS));
	chart_frame(&c, "Threads", "of the process, by state");
	put_stack(&c, split, figures, shapes, ARRAY_LEN(figures));
	chart_legend_box(&c, "idle", "idle");
	chart_legend_box(&c, "blocked", "runnable, without a CPU");
	chart_legend_box(&c, "busy", "running");
	free(split);
	end(g, &c);
}

/* Longest waits first, and then by workers. */
static int
compare_pools(const void *a, const void *b)
{
	const struct pool *const *x = a, *const *y = b;
	struct pool_digest dx, dy;
	double wx, wy;

	digest_pool(&dx, *x);
	digest_pool(&dy, *y);
	wx = dx.worst != NULL ? (double)digest_wait(dx.worst).value : 0;
	wy = dy.worst != NULL ? (double)digest_wait(dy.worst).value : 0;
	if (wx < wy || wx > wy)
		return wx < wy ? 1 : -1;
	return dx.workers.most < dy.workers.most ? 1 :
	    dx.workers.most > dy.workers.most ? -1 : 0;
}

static void
all_pools(struct page *g, unsigned most)
{
	const struct process *p = g->p;
	const struct pool **order = alloc_zeroed(p->n_pools,
	    sizeof(const struct pool *));

	for (size_t i = 0; i < p->n_pools; i++)
		order[i] = &p->pools[i];
	if (p->n_pools > 1)
		qsort(order, p->n_pools, sizeof(*order), compare_pools);
	for (size_t i = 0; i < p->n_pools && i < most; i++)
		pool_panels(g, order[i]);
	if (p->n_pools > most) {
		fprintf(g->to, "<text x=\"%d\" y=\"%.1f\">%zu more pools, "
		    "whose tasks wait less, are not shown</text>\n",
		    CHART_LEFT, g->y + 12, p->n_pools - most);
		g->y += 22;
	}
	free(order);
}

double
panels_put(FILE *to, const struct process *p, unsigned pools, double top)
{
	struct page g = { .to = to, .p = p, .y = top };

	grid_make(&g.grid, p);
	all_pools(&g, pools);
	if (p->n_sched > 0) {
		struct cell *cells = grid_sched(&g.grid, p);

		cpu_panel(&g, cells);
		delay_panel(&g, cells);
		threads_panel(&g, cells);
		free(cells);
	}
	if (p->n_gc > 0)
		g.y = panels_heap(to, p, &g.grid, g.y);
	chart_times(to, &g.grid, g.y - CHART_BELOW);
	panels_tips(to, p, &g.grid, top + CHART_TITLE, g.y - CHART_BELOW);
	return g.y + 14;
}
