/*
 * out_plot - the heap over time, by the stacks that hold most of it.
 *
 * The first reading of the file tells how long it lasts and which stacks grow
 * largest at any time; the second one fills the columns.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/base/figures.h"
#include "tool/report/report.h"

enum { COLUMNS = 600, BANDS = 8, WIDTH = 1200, LEFT = 90, PLOT_WIDTH = 1080,
	TOP = 50, PLOT_HEIGHT = 380, LEGEND_ROW = 20,
	LEGEND_TEXT = 140, LEGEND_NAME = 100 /* characters */ };

struct plot {
	struct report *r;
	uint32_t band_of_node[BANDS];	/* the node of each band */
	unsigned n_bands;
	uint32_t *band;			/* by site of the second reading */
	size_t n_sites;
	uint64_t live[BANDS + 1];	/* now; the last is all others */
	uint64_t (*columns)[BANDS + 1];	/* the largest moment of each */
	uint64_t top;			/* the largest sum of a column */
	unsigned column;		/* being filled */
};

static const char *const colors[BANDS + 1] = {
	"#c8553d", "#e8a33d", "#4f8a5b", "#3d7ea6", "#7a5ba6", "#b0477b",
	"#8c6b4f", "#5aa9a3", "#c9c5ba"
};

static uint64_t
sum(const uint64_t *live)
{
	uint64_t all = 0;

	for (unsigned i = 0; i <= BANDS; i++)
		all += live[i];
	return all;
}

static unsigned
band_of(struct plot *p, const struct model *m, const struct site *s)
{
	size_t i = (size_t)(s - m->sites);

	if (i >= p->n_sites)
		return BANDS;
	/* The same input gives the same numbers of nodes. */
	for (; p->band[i] == 0; p->band[i] = BANDS + 1)
		for (unsigned b = 0; b < p->n_bands; b++)
			if (p->band_of_node[b] == s->node) {
				p->band[i] = b + 1;
				return b;
			}
	return p->band[i] - 1;
}

/* After each event of the second reading: what changed is the difference
 * between what the site holds and what its band was told last. */
static void
watch(struct model *m, const struct site *s, uint64_t ns)
{
	struct plot *p = m->watch_arg;
	const struct totals *t = &p->r->m.totals;
	uint64_t span = t->last_ns - t->first_ns + 1;
	unsigned column = (unsigned)((double)(ns - t->first_ns) /
	    (double)span * COLUMNS);
	unsigned band = band_of(p, m, s);

	column = MIN(column, COLUMNS - 1u);
	/* A column without an event is like the one before. */
	while (p->column < column)
		memcpy(p->columns[++p->column], p->live, sizeof(p->live));
	if (band < BANDS)
		p->live[band] = s->live;

	uint64_t named = sum(p->live) - p->live[BANDS];

	p->live[BANDS] = m->totals.live > named ?
	    m->totals.live - named : 0;
	if (sum(p->live) >= sum(p->columns[p->column]))
		memcpy(p->columns[p->column], p->live, sizeof(p->live));
}

static int
read_again(struct plot *p)
{
	struct readnotes notes;
	struct model m;

	model_start(&m);
	m.watch = watch;
	m.watch_arg = p;

	int err = report_read(&m, p->r->path, &notes);

	readnotes_drop(&notes);
	model_drop(&m);
	while (p->column < COLUMNS - 1)
		memcpy(p->columns[++p->column], p->live, sizeof(p->live));
	for (unsigned c = 0; c < COLUMNS; c++)
		p->top = MAX(p->top, sum(p->columns[c]));
	return err;
}

static double
x_of(unsigned column)
{
	return LEFT + (double)column * PLOT_WIDTH / (COLUMNS - 1);
}

static double
y_of(const struct plot *p, uint64_t bytes)
{
	return TOP + PLOT_HEIGHT - (double)bytes * PLOT_HEIGHT /
	    (double)p->top;
}

/* Bytes of the bands below @band in @column. */
static uint64_t
below(const struct plot *p, unsigned column, unsigned band)
{
	uint64_t bytes = 0;

	/* The grey rest is at the bottom, then the bands. */
	if (band < BANDS)
		bytes = p->columns[column][BANDS];
	for (unsigned i = 0; band < BANDS && i < band; i++)
		bytes += p->columns[column][i];
	return bytes;
}

static void
put_band(const struct plot *p, unsigned band, FILE *to)
{
	fprintf(to, "<polygon fill=\"%s\" points=\"", colors[band]);
	for (unsigned c = 0; c < COLUMNS; c++)
		fprintf(to, "%.1f,%.1f ", x_of(c), y_of(p,
		    below(p, c, band) + p->columns[c][band]));
	for (unsigned c = COLUMNS; c-- > 0;)
		fprintf(to, "%.1f,%.1f ", x_of(c),
		    y_of(p, below(p, c, band)));
	fputs("\"/>\n", to);
}

enum { TICKS_MAX = 7 };

/* A step of 1, 2 or 5 (or 4 and 8, for bytes) that leaves six ticks at most,
 * and one at the beginning. */
static double
nice_step(double most, bool bytes)
{
	double step = 1;

	while (bytes && step * KIB * 6 < most)
		step *= KIB;
	if (!bytes)
		step = pow(10, floor(log10(most / 5)));
	for (unsigned i = 0; step * 6 < most; i++)
		step *= bytes || i % 3 != 1 ? 2 : 2.5;
	return step;
}

static void
put_bytes_axis(const struct plot *p, FILE *to)
{
	double step = nice_step((double)p->top, true);
	char a[FIGURE_MAX];

	for (double v = 0; v <= (double)p->top; v += step) {
		double y = y_of(p, (uint64_t)v);

		fprintf(to, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" "
		    "y2=\"%.1f\" stroke=\"#ccc\"/><text x=\"%d\" y=\"%.1f\" "
		    "text-anchor=\"end\">%s</text>\n", LEFT,
		    LEFT + PLOT_WIDTH, y, y, LEFT - 6, y + 4,
		    figures_bytes(a, (uint64_t)v));
	}
}

/* The ticks are counted: to a time that damage made very large, a step adds
 * nothing. */
static void
put_time_axis(const struct plot *p, FILE *to)
{
	const struct totals *t = &p->r->m.totals;
	double first = (double)t->first_ns;
	double span = (double)(t->last_ns - t->first_ns) + 1;
	double step = nice_step(span, false);
	double begin = ceil(first / step) * step;

	for (unsigned i = 0; i < TICKS_MAX; i++) {
		double v = begin + i * step;

		if (v > first + span)
			break;
		fprintf(to, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\""
		    ">%gs</text>\n", LEFT + PLOT_WIDTH * (v - first) / span,
		    TOP + PLOT_HEIGHT + 18, v / 1e9);
	}
}

/* The first function that is not the allocator's own wrapper is not known, so
 * the innermost three name a band. */
/* What allocates for everybody says nothing about who asked. */
static bool
is_middleman(const char *function)
{
	static const char *const words[] = {
		"std::", "__gnu_cxx::", "operator new"
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strncmp(function, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* Adds @function to the @n characters of @line; false when it is full. */
static bool
add_name(char *line, size_t *n, const char *function)
{
	char brief[LEGEND_NAME];

	names_brief(brief, sizeof(brief), function);
	if (*n + strlen(brief) + sizeof(" < ") > LEGEND_TEXT)
		return false;
	*n += (size_t)sprintf(line + *n, "%s%s", *n > 0 ? " < " : "", brief);
	return true;
}

/* The names of a stack, the innermost first; of middlemen at its end only the
 * one that was called by somebody else. */
static void
name_stack(struct report *r, uint32_t node, char line[LEGEND_TEXT])
{
	const char *middleman = NULL;
	size_t n = 0;

	for (; node != 0; node = r->m.nodes[node].parent) {
		unsigned count;
		const struct name *name = names_of(&r->names,
		    r->m.nodes[node].frame, &count);

		for (unsigned i = 0; i < count; i++) {
			const char *f = names_text(&r->names,
			    name[i].function);

			if (n == 0 && is_middleman(f)) {
				middleman = f;
				continue;
			}
			if (n == 0 && middleman != NULL)
				add_name(line, &n, middleman);
			if (!add_name(line, &n, f))
				return;
		}
	}
	if (n == 0 && middleman != NULL)
		add_name(line, &n, middleman);
}

static void
put_legend(struct plot *p, unsigned band, FILE *to)
{
	unsigned row = MIN(band, p->n_bands); /* the rest comes last */
	unsigned y = TOP + PLOT_HEIGHT + 40 + row * LEGEND_ROW;
	uint32_t node = band < BANDS ? p->band_of_node[band] : 0;
	char line[LEGEND_TEXT] = "all others";

	if (node != 0)
		name_stack(p->r, node, line);
	fprintf(to, "<rect x=\"%d\" y=\"%u\" width=\"12\" height=\"12\" "
	    "fill=\"%s\"/><text x=\"%d\" y=\"%u\">", LEFT, y, colors[band],
	    LEFT + 18, y + 11);
	figures_put_xml(to, line);
	fputs("</text>\n", to);
}

static void
put_svg(struct plot *p, FILE *to)
{
	unsigned height = TOP + PLOT_HEIGHT + 60 +
	    (p->n_bands + 1) * LEGEND_ROW;
	char a[FIGURE_MAX], b[FIGURE_MAX];

	fprintf(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"%u\" viewBox=\"0 0 %d %u\">\n<style>text{font:12px "
	    "Verdana,sans-serif;fill:#222}</style>\n<rect width=\"100%%\" "
	    "height=\"100%%\" fill=\"#fdfcf8\"/>\n<text x=\"%d\" y=\"28\" "
	    "style=\"font-size:17px;font-weight:bold\">", WIDTH, height,
	    WIDTH, height, LEFT);
	figures_put_xml(to, p->r->name);
	fprintf(to, ": live heap, peak %s at %s</text>\n",
	    figures_bytes(a, p->r->m.totals.peak),
	    figures_seconds(b, p->r->m.totals.peak_ns));
	if (p->top == 0)
		p->top = 1;
	put_band(p, BANDS, to);
	for (unsigned i = 0; i < p->n_bands; i++)
		put_band(p, i, to);
	put_bytes_axis(p, to);
	put_time_axis(p, to);
	for (unsigned i = 0; i < p->n_bands; i++)
		put_legend(p, i, to);
	put_legend(p, BANDS, to);
	fputs("</svg>\n", to);
}

/* The largest site that has no band yet, or NULL. */
static const struct site *
next_band(const struct plot *p)
{
	const struct model *m = &p->r->m;
	const struct site *best = NULL;

	for (size_t i = 1; i < m->n_sites; i++) {
		const struct site *s = &m->sites[i];
		bool taken = s->most == 0;

		for (unsigned b = 0; b < p->n_bands && !taken; b++)
			taken = p->band_of_node[b] == s->node;
		if (!taken && (best == NULL || s->most > best->most))
			best = s;
	}
	return best;
}

static void
choose_bands(struct plot *p)
{
	while (p->n_bands < BANDS) {
		const struct site *s = next_band(p);

		if (s == NULL)
			return;
		p->band_of_node[p->n_bands++] = s->node;
	}
}

int
plot_print(struct report *r, FILE *to)
{
	struct plot p = { .r = r, .n_sites = r->m.n_sites };

	choose_bands(&p);
	p.band = alloc_zeroed(p.n_sites, sizeof(*p.band));
	p.columns = alloc_zeroed(COLUMNS, sizeof(*p.columns));

	int err = read_again(&p);

	if (err == 0)
		put_svg(&p, to);
	free(p.band);
	free(p.columns);
	return err;
}
