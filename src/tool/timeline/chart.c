/*
 * chart - one panel of a picture: a frame, two axes, and series in it.
 */
#include "tool/timeline/chart.h"

#include <math.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/figures.h"
#include "tool/timeline/digest.h"

enum { LEGEND_ROW = 17, LOG_RANGE = 30 };

void
chart_ms(char to[24], double value)
{
	digest_ms(to, value);
}

void
chart_count(char to[24], double value)
{
	snprintf(to, 24, "%g", value);
}

void
chart_percent(char to[24], double value)
{
	snprintf(to, 24, "%g%%", value);
}

void
chart_mb(char to[24], double value)
{
	digest_mb(to, value);
}

/* 1, 2 or 5 times a power of ten, @value or more. */
static double
round_up(double value)
{
	double power = pow(10, floor(log10(value)));
	double part = value / power;

	return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

/* The distance of the ticks of a scale up to @high; half a thread is none. */
static double
tick_of(const struct chart *c, double high)
{
	double tick = round_up(high / 4.5);

	return c->label == chart_count ? MAX(tick, 1) : tick;
}

void
chart_scale(struct chart *c, double least, double most)
{
	c->low = 0;
	if (most <= 0 || !isfinite(most)) {
		c->high = 1;
	} else if (least > 0 && most / least >= LOG_RANGE) {
		c->low = pow(10, floor(log10(least)));
		c->high = pow(10, ceil(log10(most)));
	} else {
		double tick = tick_of(c, most);

		c->high = ceil(most / tick - 1e-9) * tick;
	}
}

double
chart_x(const struct grid *g, double ms)
{
	double part = (ms - g->from_ms) / (g->to_ms - g->from_ms);

	return CHART_LEFT + CHART_FRAME * MIN(MAX(part, 0), 1);
}

double
chart_y(const struct chart *c, double value)
{
	double part = value / c->high;

	if (c->low > 0)
		part = log(MAX(value, c->low) / c->low) /
		    log(c->high / c->low);
	return c->top + c->height * (1 - MIN(MAX(part, 0), 1));
}

static void
put_tick(struct chart *c, double value)
{
	double y = chart_y(c, value);
	char a[24];

	c->label(a, value);
	fprintf(c->to, "<path class=\"grid\" d=\"M%d %.1fh%d\"/>"
	    "<text class=\"tick\" x=\"%d\" y=\"%.1f\">%s</text>\n",
	    CHART_LEFT, y, CHART_FRAME, CHART_LEFT - 6, y + 4, a);
}

static void
put_ticks(struct chart *c)
{
	if (c->low > 0) {
		double every = c->high / c->low > 2e5 ? 100 : 10;

		for (double v = c->low; v <= c->high * 1.01; v *= every)
			put_tick(c, v);
		return;
	}
	for (double v = 0; v <= c->high * 1.001; v += tick_of(c, c->high))
		put_tick(c, v);
}

static double
column_x(const struct chart *c, unsigned column)
{
	return chart_x(c->grid, grid_ms(c->grid, column));
}

static void
put_gaps(struct chart *c)
{
	unsigned n = c->there != NULL ? c->grid->n : 0;

	for (unsigned i = 0, end; i < n; i = end) {
		for (end = i; end < n && !c->there[end].there; end++)
			;
		if (end > i)
			fprintf(c->to, "<rect class=\"gap\" x=\"%.1f\" "
			    "y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">"
			    "<title>no line</title></rect>\n",
			    column_x(c, i), c->top, column_x(c, end) -
			    column_x(c, i), c->height);
		else
			end++;
	}
}

/* As many as there are at most, counted: where damage made times very large,
 * one more is no more. */
enum { TIME_TICKS = 16 };

/* Seconds between the ticks of the time axis: about nine of them. */
static double
time_tick(double span_s)
{
	static const double nice[] = { 60, 120, 300, 600, 900, 1800, 3600,
		7200, 14400, 21600, 43200, 86400 };

	if (span_s < 400)
		return round_up(span_s / 9.5);
	for (size_t i = 0; i < ARRAY_LEN(nice); i++)
		if (span_s / nice[i] <= 10)
			return nice[i];
	return 86400 * ceil(span_s / 86400 / 10);
}

static void
put_verticals(const struct chart *c)
{
	const struct grid *g = c->grid;
	double tick = time_tick((g->to_ms - g->from_ms) / 1e3) * 1e3;
	double first = ceil(g->from_ms / tick - 1e-9);

	for (unsigned i = 0; i < TIME_TICKS; i++) {
		double ms = (first + i) * tick;

		if (ms > g->to_ms)
			break;
		fprintf(c->to, "<path class=\"grid\" d=\"M%.1f %.1fv%.1f\"/>",
		    chart_x(g, ms), c->top, c->height);
	}
	fputc('\n', c->to);
}

void
chart_frame(struct chart *c, const char *name, const char *more)
{
	fprintf(c->to, "<text x=\"%d\" y=\"%.1f\"><tspan class=\"name\">",
	    CHART_LEFT, c->top - 6);
	figures_put_xml(c->to, name);
	fputs("</tspan> ", c->to);
	figures_put_xml(c->to, more);
	fprintf(c->to, "</text>\n<rect class=\"frame\" x=\"%d\" y=\"%.1f\" "
	    "width=\"%d\" height=\"%.1f\"/>\n", CHART_LEFT, c->top,
	    CHART_FRAME, c->height);
	put_gaps(c);
	put_verticals(c);
	put_ticks(c);
}

void
chart_bar(struct chart *c, unsigned from, unsigned to, double low,
    double high, const char *shape)
{
	double y = chart_y(c, high);

	if (high > low)
		fprintf(c->to, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
		    "width=\"%.1f\" height=\"%.1f\"/>\n", shape,
		    column_x(c, from), y,
		    column_x(c, to) - column_x(c, from),
		    chart_y(c, low) - y);
}

/* The steps of those figures that are @estimated, or of those that are not.
 * A rise or fall between the two belongs to the later. */
static void
put_steps(struct chart *c, const struct cell *cells, unsigned f,
    const char *color, bool estimated)
{
	const struct figure *before = NULL;
	bool begun = false;

	for (unsigned i = 0; i < c->grid->n; i++) {
		const struct figure *is = &cells[i].f[f];

		if (!cells[i].there || !is->known) {
			before = NULL;
			continue;
		}
		if (is->estimated == estimated) {
			if (!begun)
				fprintf(c->to, "<path class=\"step%s\" "
				    "stroke=\"%s\" d=\"",
				    estimated ? " about" : "", color);
			begun = true;
			if (before == NULL || before->estimated != estimated)
				fprintf(c->to, "M%.1f %.1f", column_x(c, i),
				    chart_y(c, before == NULL ? is->value :
				    before->value));
			fprintf(c->to, "V%.1fH%.1f", chart_y(c, is->value),
			    column_x(c, i + 1));
		}
		before = is;
	}
	if (begun)
		fputs("\"/>\n", c->to);
}

void
chart_steps(struct chart *c, const struct cell *cells, unsigned f,
    const char *color)
{
	put_steps(c, cells, f, color, false);
	put_steps(c, cells, f, color, true);
}

static double
legend_y(struct chart *c)
{
	return c->top + 10 + LEGEND_ROW * c->rows++;
}

static void
put_legend_text(struct chart *c, double y, const char *text)
{
	fprintf(c->to, "<text x=\"%d\" y=\"%.1f\">",
	    CHART_LEFT + CHART_FRAME + 34, y);
	figures_put_xml(c->to, text);
	fputs("</text>\n", c->to);
}

void
chart_legend_box(struct chart *c, const char *shape, const char *text)
{
	double y = legend_y(c);

	fprintf(c->to, "<rect class=\"%s\" x=\"%d\" y=\"%.1f\" width=\"16\" "
	    "height=\"11\"/>", shape, CHART_LEFT + CHART_FRAME + 12, y - 10);
	put_legend_text(c, y, text);
}

void
chart_legend_line(struct chart *c, const char *color, bool estimated,
    const char *text)
{
	double y = legend_y(c);

	fprintf(c->to, "<path class=\"step%s\" stroke=\"%s\" d=\"M%d %.1f"
	    "h16\"/>", estimated ? " about" : "", color,
	    CHART_LEFT + CHART_FRAME + 12, y - 4);
	put_legend_text(c, y, text);
}

void
chart_legend_note(struct chart *c, const char *text)
{
	put_legend_text(c, legend_y(c), text);
}

double
chart_most(const struct grid *g, const struct cell *cells, unsigned f)
{
	double most = 0;

	for (unsigned i = 0; i < g->n; i++)
		if (cells[i].f[f].known)
			most = MAX(most, (double)cells[i].f[f].value);
	return most;
}

double
chart_least(const struct grid *g, const struct cell *cells, unsigned f)
{
	double least = 0;

	for (unsigned i = 0; i < g->n; i++) {
		double v = cells[i].f[f].known ? cells[i].f[f].value : 0;

		if (v > 0 && (least == 0 || v < least))
			least = v;
	}
	return least;
}

/* "12.5s"; in longer logs "2:05", then "1:02:05". */
static void
put_time(FILE *to, double s, double span_s)
{
	unsigned long whole = (unsigned long)(s + 0.5);

	if (span_s < 400)
		fprintf(to, "%gs", fabs(s));	/* never "-0s" */
	else if (whole < 3600)
		fprintf(to, "%lu:%02lu", whole / 60, whole % 60);
	else
		fprintf(to, "%lu:%02lu:%02lu", whole / 3600,
		    whole / 60 % 60, whole % 60);
}

void
chart_times(FILE *to, const struct grid *g, double top)
{
	double span = (g->to_ms - g->from_ms) / 1e3, tick = time_tick(span);
	double first = ceil(g->from_ms / 1e3 / tick - 1e-9);

	for (unsigned i = 0; i < TIME_TICKS; i++) {
		double at = (first + i) * tick, x = chart_x(g, at * 1e3);

		if (at * 1e3 > g->to_ms)
			break;
		fprintf(to, "<path class=\"axis\" d=\"M%.1f %.1fv5\"/>"
		    "<text class=\"time\" x=\"%.1f\" y=\"%.1f\">", x, top, x,
		    top + 18);
		put_time(to, at, span);
		fputs("</text>\n", to);
	}
}
