/*
 * picture - a log of periods, drawn: one SVG image, or a page with one.
 */
#include "tool/timeline/picture.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/figures.h"
#include "tool/timeline/chart.h"
#include "tool/timeline/digest.h"
#include "tool/timeline/panels.h"

enum { PROCESSES_SHOWN = 8, WORDS_SHOWN = 150, VERDICTS_SHOWN = 30,
	TITLE_HEIGHT = 58,
	HEADING_HEIGHT = 30, LIST_ROW = 18 };

static const char style[] =
"text{font:12px Verdana,DejaVu Sans,sans-serif;fill:#22262a}\n"
".title{font-size:18px;font-weight:bold}.process{font-size:15px;"
"font-weight:bold}\n"
".name,.number{font-weight:bold}.tick{text-anchor:end;font-size:11px}\n"
".time{text-anchor:middle;font-size:11px}.small{fill:#5b6268}\n"
".frame{fill:#fff;stroke:#9aa1a6}.grid{stroke:#e3e6e8;fill:none}\n"
".axis{stroke:#5b6268}.gap{fill:url(#hatch)}\n"
"rect{shape-rendering:crispEdges}\n"
".busy{fill:#2f6f9f}.blocked{fill:#d98e1f}.idle{fill:#dbe4ea}\n"
".starves{fill:#b8322a}.flag{fill:#fff;font-size:10px;"
"font-weight:bold}\n"
".step,.line{fill:none;stroke-width:1.7}.about{stroke-dasharray:3 2}\n"
".limit{fill:none;stroke:#8a8f94;stroke-dasharray:6 4}\n"
".paid{stroke:#b8322a;stroke-width:2}\n"
".tip{fill:#000;fill-opacity:0}.tip:hover{fill-opacity:.08}\n";

static const char hatch[] =
"<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" "
"patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
"<rect width=\"6\" height=\"6\" fill=\"#f1f1ee\"/>"
"<path d=\"M0 0v6\" stroke=\"#bdbdb6\" stroke-width=\"2\"/></pattern>"
"</defs>\n";

static bool
is_chosen(const struct process *p, const struct picture_options *opt)
{
	if (opt->choose && p->pid != opt->pid)
		return false;
	return timeline_to_ms(p) > timeline_from_ms(p);
}

/* Verdicts in words, below their panels. */
static double
put_verdicts(FILE *to, const struct process *p, double y)
{
	for (size_t i = 0; i < p->n_verdicts && i < VERDICTS_SHOWN; i++) {
		const struct verdict *v = &p->verdicts[i];
		char words[WORDS_SHOWN + 4];

		snprintf(words, WORDS_SHOWN, "%s", v->words);
		if (strlen(v->words) >= WORDS_SHOWN)
			strcat(words, "...");
		fprintf(to, "<rect class=\"starves\" x=\"%d\" y=\"%.1f\" "
		    "width=\"%d\" height=\"15\"/><text class=\"flag\" "
		    "x=\"%d\" y=\"%.1f\">%zu</text><text x=\"%d\" "
		    "y=\"%.1f\">%.1fs to %.1fs: <tspan class=\"name\">",
		    CHART_LEFT, y, i < 9 ? 13 : 21, CHART_LEFT + 3, y + 11.5,
		    i + 1, CHART_LEFT + 28, y + 12, v->from_ms / 1e3,
		    v->to_ms / 1e3);
		figures_put_xml(to, v->pool);
		fputs("</tspan> ", to);
		figures_put_xml(to, words);
		fputs("<title>", to);
		figures_put_xml(to, v->words);
		fputs("</title></text>\n", to);
		y += LIST_ROW;
	}
	if (p->n_verdicts > VERDICTS_SHOWN) {
		fprintf(to, "<text x=\"%d\" y=\"%.1f\">and %zu more</text>\n",
		    CHART_LEFT + 28, y + 12, p->n_verdicts - VERDICTS_SHOWN);
		y += LIST_ROW;
	}
	return y;
}

static double
put_process(FILE *to, const struct process *p,
    const struct picture_options *opt, double y)
{
	char name[64], period[24];
	struct digest d;
	struct grid g;

	grid_make(&g, p);
	digest_make(&d, p);
	fprintf(to, "<text class=\"process\" x=\"%d\" y=\"%.1f\">%s</text>\n"
	    "<text class=\"small\" x=\"%d\" y=\"%.1f\">", CHART_LEFT, y + 16,
	    timeline_name(p, name, sizeof(name)), CHART_LEFT + 190, y + 16);
	if (p->n_sched > 0) {
		fprintf(to, "a line every %s, %u of %zu missing",
		    digest_ms(period, d.period_ms), d.missing,
		    p->n_sched + d.missing);
		if (g.each > 1)
			fprintf(to, "; a column shows the worst of %.0f "
			    "periods", g.each);
	}
	fputs("</text>\n", to);
	digest_drop(&d);
	y = panels_put(to, p, opt->pools, y + HEADING_HEIGHT);
	return put_verdicts(to, p, y + 12) + 10;
}

static void
put_title(FILE *to, const struct picture_options *opt)
{
	fprintf(to, "<text class=\"title\" x=\"%d\" y=\"28\">", CHART_LEFT);
	figures_put_xml(to, opt->title);
	fprintf(to, "</text>\n<text class=\"small\" x=\"%d\" y=\"47\">Time "
	    "counts from the start of the process.  Hatched: no line was "
	    "written.  Dashed steps (~): estimates.  Red flags: starving "
	    "pools, explained below.</text>\n", CHART_LEFT);
}

/* The processes, into memory: the height stands before them. */
static double
put_body(FILE *to, const struct timeline *t,
    const struct picture_options *opt, unsigned *shown)
{
	double y = TITLE_HEIGHT;
	unsigned more = 0;

	*shown = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (!is_chosen(&t->processes[i], opt))
			continue;
		if (*shown == PROCESSES_SHOWN) {
			more++;
			continue;
		}
		y = put_process(to, &t->processes[i], opt, y);
		(*shown)++;
	}
	if (more > 0) {
		fprintf(to, "<text x=\"%d\" y=\"%.1f\">%u more processes are "
		    "not shown; --pid=N shows one</text>\n", CHART_LEFT,
		    y + 12, more);
		y += 24;
	}
	return y + 10;
}

static void
put_page(const struct timeline *t, const struct picture_options *opt,
    FILE *to)
{
	char *words = NULL;
	size_t len;
	FILE *memory = open_memstream(&words, &len);

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
	    "charset=\"utf-8\"><title>", to);
	figures_put_xml(to, opt->title);
	fputs("</title></head>\n<body>\n<pre style=\"margin:16px 84px;"
	    "white-space:pre-wrap\">", to);
	if (memory != NULL) {
		digest_print(t, memory);
		fclose(memory);
		for (char *line = strtok(words, "\n"); line != NULL;
		    line = strtok(NULL, "\n")) {
			figures_put_xml(to, line);
			fputc('\n', to);
		}
		free(words);
	}
	fputs("</pre>\n", to);
}

bool
picture_print(const struct timeline *t, const struct picture_options *opt,
    FILE *to)
{
	char *body = NULL;
	size_t len;
	FILE *memory = open_memstream(&body, &len);
	unsigned shown;
	double height;

	if (memory == NULL)
		return false;
	height = put_body(memory, t, opt, &shown);
	fclose(memory);
	if (shown > 0 && opt->html)
		put_page(t, opt, to);
	if (shown > 0) {
		fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		    "width=\"%d\" height=\"%.0f\" viewBox=\"0 0 %d %.0f\">\n"
		    "<style>%s</style>\n%s<rect width=\"100%%\" "
		    "height=\"100%%\" fill=\"#fbfaf7\"/>\n", CHART_WIDTH,
		    height, CHART_WIDTH, height, style, hatch);
		put_title(to, opt);
		fwrite(body, 1, len, to);
		fputs("</svg>\n", to);
	}
	if (shown > 0 && opt->html)
		fputs("</body></html>\n", to);
	free(body);
	return shown > 0;
}
