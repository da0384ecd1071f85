/*
 * grid - the columns of a picture, and what each of them shows.
 *
 * A column is one period, or some of them when there are more periods than
 * columns; then it shows the worst of its periods: the fewest idle, the
 * longest waits.  A column without a line is a gap.
 *
 * Memory   cells are the caller's, freed with free().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TIMELINE_GRID_H
#define DIAG_TIMELINE_GRID_H

#include "tool/timeline/timeline.h"

enum { GRID_COLUMNS = 420 };

struct grid {
	double from_ms, to_ms;
	double column_ms;
	double each;		/* periods in a column: a whole number */
	unsigned n;
};

struct cell {
	bool there;
	struct figure f[PERIOD_FIGURES];
};

void grid_make(struct grid *g, const struct process *p);

/* The column in which a period ends at @ms. */
unsigned grid_column(const struct grid *g, double ms);

/* The beginning of column @n; of the one after the last, its end. */
double grid_ms(const struct grid *g, unsigned n);

struct cell *grid_sched(const struct grid *g, const struct process *p);
struct cell *grid_pool(const struct grid *g, const struct pool *p);

#endif
