/*
 * chart - one panel of a picture: a frame, two axes, and series in it.
 *
 * Memory   the caller's.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TIMELINE_CHART_H
#define DIAG_TIMELINE_CHART_H

#include <stdio.h>

#include "tool/timeline/grid.h"

enum {
	CHART_WIDTH = 1240,	/* of the whole picture */
	CHART_LEFT = 84,	/* of the frame */
	CHART_FRAME = 860,	/* its width */
	CHART_TITLE = 22,	/* above the frame */
	CHART_BELOW = 12
};

/* Writes a value of the axis: "120ms", "3", "150%". */
typedef void (*chart_label_fn)(char to[24], double value);

struct chart {
	FILE *to;
	const struct grid *grid;
	const struct cell *there;	/* tells the gaps; NULL: none */
	double top, height;		/* of the frame */
	double low, high;		/* of the y axis; low > 0: log scale */
	chart_label_fn label;
	unsigned rows;			/* of the legend, so far */
};

/* The labels. */
void chart_ms(char to[24], double value);
void chart_count(char to[24], double value);
void chart_percent(char to[24], double value);
void chart_mb(char to[24], double value);

/* Rounds the axis so that @most fits in.  With @least > 0 and a wide range
 * the scale is logarithmic. */
void chart_scale(struct chart *c, double least, double most);

/* The frame with its ticks, the gaps, and a title: @name stands out. */
void chart_frame(struct chart *c, const char *name, const char *more);

/* Columns @from to before @to, between two values; @shape names a style. */
void chart_bar(struct chart *c, unsigned from, unsigned to, double low,
    double high, const char *shape);

/* Figure @f of @cells as steps: what is estimated is dashed, what is not
 * known is left out. */
void chart_steps(struct chart *c, const struct cell *cells, unsigned f,
    const char *color);

/* A row of the legend: a box for areas, a line for steps. */
void chart_legend_box(struct chart *c, const char *shape, const char *text);
void chart_legend_line(struct chart *c, const char *color, bool estimated,
    const char *text);
/* The same, with nothing before it. */
void chart_legend_note(struct chart *c, const char *text);

/* The largest figure @f of @cells, and the smallest that is not 0. */
double chart_most(const struct grid *g, const struct cell *cells, unsigned f);
double chart_least(const struct grid *g, const struct cell *cells,
    unsigned f);

double chart_x(const struct grid *g, double ms);
double chart_y(const struct chart *c, double value);

/* The time axis, below @top. */
void chart_times(FILE *to, const struct grid *g, double top);

#endif
