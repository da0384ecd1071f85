/*
 * panels_heap - the panels of the heap: what the gc lines say.
 *
 * Between two cycles nothing is known, so that points are joined by straight
 * lines; a cycle is a line down from what the heap was to what it became.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/base/figures.h"
#include "tool/timeline/chart.h"
#include "tool/timeline/digest.h"
#include "tool/timeline/panels.h"

#define RESIDENT "#2f6f9f"
#define LIVE "#b8322a"
#define GOAL "#8a8f94"

enum { HEAP_HEIGHT = 120, PAID_HEIGHT = 50, DOTS_MAX = 200,
	CYCLES_MAX = 4 * CHART_FRAME };

/* The goal is shown as far as it does not make the rest small. */
#define GOAL_SHARE 2.5

static void
keep_largest(struct figure *to, const struct figure *from)
{
	if (from->known && (!to->known || from->value > to->value))
		*to = *from;
}

/* More cycles than there are pixels become one for each pixel: as large as it
 * was before, as small as after, the longest, the last that lived. */
static struct gc_sample *
fold(const struct process *p, const struct grid *g, size_t *n)
{
	struct gc_sample *to = alloc_zeroed(p->n_gc, sizeof(*to));
	int last = -1;

	*n = 0;
	for (size_t i = 0; i < p->n_gc; i++) {
		const struct gc_sample *s = &p->gc[i];
		int pixel = (int)chart_x(g, s->ms);
		struct gc_sample *c = &to[*n];

		if (p->n_gc <= CYCLES_MAX || pixel != last) {
			*c = *s;
			(*n)++;
			last = pixel;
			continue;
		}
		c--;
		c->ms = s->ms;
		c->f[GC_LIVE] = s->f[GC_LIVE];
		c->f[GC_GOAL] = s->f[GC_GOAL];
		keep_largest(&c->f[GC_BEFORE], &s->f[GC_BEFORE]);
		keep_largest(&c->f[GC_APP_MS], &s->f[GC_APP_MS]);
		if (s->f[GC_AFTER].value < c->f[GC_AFTER].value)
			c->f[GC_AFTER] = s->f[GC_AFTER];
	}
	return to;
}

static double
x_of(const struct chart *c, const struct gc_sample *s)
{
	return chart_x(c->grid, s->ms);
}

/* A polyline through figures @a and, at the same time, @b. */
static void
put_line(struct chart *c, const struct process *p, unsigned a, unsigned b,
    const char *color)
{
	char letter = 'M';

	fprintf(c->to, "<path class=\"line\" stroke=\"%s\" d=\"", color);
	for (size_t i = 0; i < p->n_gc; i++) {
		const struct gc_sample *s = &p->gc[i];

		if (!s->f[a].known || !s->f[b].known) {
			letter = 'M';
			continue;
		}
		fprintf(c->to, "%c%.1f %.1f", letter, x_of(c, s),
		    chart_y(c, s->f[a].value));
		if (a != b)
			fprintf(c->to, "V%.1f", chart_y(c, s->f[b].value));
		letter = 'L';
	}
	fputs("\"/>\n", c->to);
}

/* The goal holds from one line to the next. */
static void
put_goal(struct chart *c, const struct process *p)
{
	char letter = 'M';

	fprintf(c->to, "<path class=\"limit\" stroke=\"%s\" d=\"", GOAL);
	for (size_t i = 0; i < p->n_gc; i++) {
		const struct gc_sample *s = &p->gc[i];

		if (!s->f[GC_GOAL].known)
			continue;
		if (letter == 'L')
			fprintf(c->to, "H%.1fV%.1f", x_of(c, s),
			    chart_y(c, s->f[GC_GOAL].value));
		else
			fprintf(c->to, "M%.1f %.1f", x_of(c, s),
			    chart_y(c, s->f[GC_GOAL].value));
		letter = 'L';
	}
	fputs("\"/>\n", c->to);
}

static void
put_dots(struct chart *c, const struct process *p)
{
	for (size_t i = 0; i < p->n_gc && p->n_gc <= DOTS_MAX; i++)
		if (p->gc[i].f[GC_LIVE].known)
			fprintf(c->to, "<circle fill=\"%s\" cx=\"%.1f\" "
			    "cy=\"%.1f\" r=\"2\"/>", LIVE,
			    x_of(c, &p->gc[i]),
			    chart_y(c, p->gc[i].f[GC_LIVE].value));
	fputc('\n', c->to);
}

static void
put_legend(struct chart *c, const struct gc_digest *d)
{
	char text[96], growth[64], a[24];

	snprintf(text, sizeof(text), "resident: up to %s",
	    digest_mb(a, d->resident.most));
	chart_legend_line(c, RESIDENT, false, text);
	snprintf(text, sizeof(text), "live: %s at %.1fs",
	    digest_mb(a, d->last->f[GC_LIVE].value), d->last->ms / 1e3);
	chart_legend_line(c, LIVE, false, text);
	if (*digest_growth(growth, d) != '\0') {
		snprintf(text, sizeof(text), "live %s", growth);
		chart_legend_note(c, text);
	}
	chart_legend_note(c, "dashed: the goal");
}

/* How long the application's threads stood in each cycle. */
static double
paid_panel(struct chart *c, const struct process *p,
    const struct gc_digest *d)
{
	char text[96], a[24];

	chart_scale(c, 0, d->paid.most);
	chart_frame(c, "Heap cycles", "CPU time paid by application threads");
	for (size_t i = 0; i < p->n_gc; i++) {
		double y = chart_y(c, p->gc[i].f[GC_APP_MS].value);

		fprintf(c->to, "<path class=\"paid\" d=\"M%.1f %.1fV%.1f\"/>",
		    x_of(c, &p->gc[i]), c->top + c->height, y);
	}
	fputc('\n', c->to);
	snprintf(text, sizeof(text), "%u cycle%s, %s in all", d->paid.n,
	    figures_plural(d->paid.n), digest_ms(a, d->paid.sum));
	chart_legend_note(c, text);
	snprintf(text, sizeof(text), "the longest: %s",
	    digest_ms(a, d->paid.most));
	chart_legend_note(c, text);
	return c->top + c->height + CHART_BELOW;
}

static double
put_panels(struct chart *c, const struct process *p,
    const struct gc_digest *d)
{
	double goal = 0, most = MAX(d->resident.most, d->live.most);

	for (size_t i = 0; i < p->n_gc; i++)
		goal = MAX(goal, (double)p->gc[i].f[GC_GOAL].value);
	chart_scale(c, 0, MAX(most, MIN(goal, most * GOAL_SHARE)));
	chart_frame(c, "Heap", "resident before and after each cycle, live");
	put_goal(c, p);
	put_line(c, p, GC_BEFORE, GC_AFTER, RESIDENT);
	put_line(c, p, GC_LIVE, GC_LIVE, LIVE);
	put_dots(c, p);
	put_legend(c, d);
	c->top += c->height + CHART_BELOW + CHART_TITLE;
	c->height = PAID_HEIGHT;
	c->label = chart_ms;
	c->rows = 0;
	return paid_panel(c, p, d);
}

double
panels_heap(FILE *to, const struct process *p, const struct grid *g,
    double top)
{
	struct chart c = {
		.to = to,
		.grid = g,
		.top = top + CHART_TITLE,
		.height = HEAP_HEIGHT,
		.label = chart_mb,
	};
	struct process drawn = { 0 };
	struct gc_digest d;

	digest_gc(&d, p);
	drawn.gc = fold(p, g, &drawn.n_gc);
	top = put_panels(&c, &drawn, &d);
	free(drawn.gc);
	return top;
}
