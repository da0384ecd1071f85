/*
 * grid - the columns of a picture, and what each of them shows.
 */
#include "tool/timeline/grid.h"

#include <math.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

/* Figures that belong together come from one period, the one in which the
 * first of them is smallest. */
#define BIT(figure) (1u << (figure))
#define POOL_STATES (BIT(POOL_IDLE) | BIT(POOL_WORKERS) | BIT(POOL_BUSY) | \
	BIT(POOL_BLOCKED))
#define SCHED_STATES (BIT(SCHED_IDLE) | BIT(SCHED_THREADS) | \
	BIT(SCHED_SPINNING) | BIT(SCHED_RUNNABLE))

void
grid_make(struct grid *g, const struct process *p)
{
	double period = timeline_period_ms(p), periods;

	*g = (struct grid){
		.from_ms = timeline_from_ms(p),
		.to_ms = timeline_to_ms(p),
		.each = 1,
	};
	if (g->to_ms <= g->from_ms)
		g->to_ms = g->from_ms + 1;
	/* A log of gc lines has no periods. */
	if (period <= 0)
		period = (g->to_ms - g->from_ms) / GRID_COLUMNS;
	periods = ceil((g->to_ms - g->from_ms) / period - 0.5);
	if (periods > GRID_COLUMNS)
		g->each = ceil(periods / GRID_COLUMNS);
	g->column_ms = period * g->each;
	g->n = (unsigned)MAX(ceil(periods / g->each), 1);
}

unsigned
grid_column(const struct grid *g, double ms)
{
	double period = g->column_ms / g->each;
	double slot = floor((ms - g->from_ms) / period + 0.5) - 1;

	if (slot < 0)
		return 0;
	return (unsigned)MIN(slot / g->each, g->n - 1);
}

double
grid_ms(const struct grid *g, unsigned n)
{
	return MIN(g->from_ms + n * g->column_ms, g->to_ms);
}

static void
fold(struct cell *c, const struct figure *f, unsigned n, unsigned lead,
    unsigned states)
{
	bool leads = !c->there || (f[lead].known &&
	    (!c->f[lead].known || f[lead].value < c->f[lead].value));

	for (unsigned i = 0; i < n; i++) {
		if (states >> i & 1 ? leads : f[i].known &&
		    (!c->f[i].known || f[i].value > c->f[i].value))
			c->f[i] = f[i];
	}
	c->there = true;
}

struct cell *
grid_sched(const struct grid *g, const struct process *p)
{
	struct cell *cells = alloc_zeroed(g->n, sizeof(*cells));

	for (size_t i = 0; i < p->n_sched; i++)
		fold(&cells[grid_column(g, p->sched[i].ms)], p->sched[i].f,
		    SCHED_FIGURES, SCHED_IDLE, SCHED_STATES);
	return cells;
}

struct cell *
grid_pool(const struct grid *g, const struct pool *p)
{
	struct cell *cells = alloc_zeroed(g->n, sizeof(*cells));

	for (size_t i = 0; i < p->n; i++)
		fold(&cells[grid_column(g, p->samples[i].ms)],
		    p->samples[i].f, POOL_FIGURES, POOL_IDLE, POOL_STATES);
	return cells;
}
