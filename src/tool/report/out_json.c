/*
 * out_json - the summary and every stack, for other programs.
 */
#include <inttypes.h>

#include "common/base/attrs.h"
#include "tool/base/figures.h"
#include "tool/report/groups.h"
#include "tool/report/report.h"

static void
put_number(FILE *to, const char *key, uint64_t value)
{
	fprintf(to, "    \"%s\": %" PRIu64 ",\n", key, value);
}

/* What only events tell. */
static void
put_counted(FILE *to, const char *key, bool known, uint64_t value)
{
	if (known)
		put_number(to, key, value);
	else
		fprintf(to, "    \"%s\": null,\n", key);
}

static void
put_summary(const struct report *r, FILE *to)
{
	const struct totals *t = &r->m.totals;
	const struct readnotes *n = &r->notes;

	bool events = r->notes.is_tape || t->allocs > 0 || t->frees > 0;
	bool told = !events && n->told;

	fputs("  \"summary\": {\n", to);
	put_counted(to, "allocations", events, t->allocs);
	put_counted(to, "bytes", events, t->bytes);
	put_counted(to, "frees", events, t->frees);
	put_counted(to, "temporary", events, t->temporary);
	put_counted(to, "peak_bytes", events && r->n_parts == 0, t->peak);
	put_counted(to, "peak_ns", events && r->n_parts == 0, t->peak_ns);
	put_counted(to, "leaked_bytes", events || told,
	    told ? n->told_bytes : t->live);
	put_counted(to, "leaked_blocks", events || told,
	    told ? n->told_blocks : t->live_blocks);
	put_counted(to, "first_ns", events, t->first_ns);
	put_counted(to, "last_ns", events, t->last_ns);
	put_number(to, "torn_lines", n->broken);
	put_number(to, "damaged_chunks", n->damaged);
	put_number(to, "changed_chunks", n->changed);
	put_number(to, "missing_chunks", n->missing_chunks);
	put_number(to, "missing_bytes", n->missing_bytes);
	put_number(to, "events_without_stack", n->no_stack);
	put_number(to, "records_dropped", n->lost);
	put_number(to, "frees_missing", t->missed_frees);
	put_number(to, "allocations_missing", t->unknown_frees);
	fprintf(to, "    \"changed_header\": %s,\n    \"cut\": %s\n  },\n",
	    n->changed_header ? "true" : "false", n->cut ? "true" : "false");
}

static void
put_frame(struct report *r, uint32_t frame, const char **comma, FILE *to)
{
	const struct frame *f = &r->m.frames[frame];
	const struct module m = r->m.modules[f->module];
	uint64_t addr = f->addr;
	unsigned count;
	const struct name *name = names_of(&r->names, frame, &count);

	for (unsigned i = 0; i < count; i++) {
		fprintf(to, "%s\n        {\"function\": ", *comma);
		figures_put_json(to, names_text(&r->names, name[i].function));
		if (name[i].file != 0) {
			fputs(", \"file\": ", to);
			figures_put_json(to, names_text(&r->names,
			    name[i].file));
			fprintf(to, ", \"line\": %u", name[i].line);
		}
		fprintf(to, ", \"inlined\": %s, \"module\": ",
		    i + 1 < count ? "true" : "false");
		figures_put_json(to, strings_get(&r->m.strings, m.name));
		fprintf(to, ", \"address\": %" PRIu64 "}", addr);
		*comma = ",";
	}
}

static void
put_stack(struct report *r, uint32_t node, FILE *to)
{
	const char *comma = "";

	fputs("\"stack\": [", to);
	for (; node != 0; node = r->m.nodes[node].parent)
		put_frame(r, r->m.nodes[node].frame, &comma, to);
	fputs("]}", to);
}

static void
put_site(struct report *r, const struct site *s, FILE *to)
{
	fprintf(to, "    {\"allocations\": %" PRIu64 ", \"bytes\": %" PRIu64
	    ", \"frees\": %" PRIu64 ", \"temporary\": %" PRIu64
	    ",\n      \"peak_bytes\": %" PRIu64 ", \"leaked_bytes\": %" PRIu64
	    ", \"leaked_blocks\": %" PRIu64 ",\n      ",
	    s->allocs, s->bytes, s->frees, s->temporary, s->peak, s->live,
	    s->live_blocks);
	put_stack(r, s->node, to);
}

static void
put_freers(struct report *r, FILE *to)
{
	fputs("  \"freed\": [\n", to);
	for (size_t i = 1; i < r->m.n_freers; i++) {
		const struct freer *f = &r->m.freers[i];

		fprintf(to, "    {\"frees\": %" PRIu64 ", \"bytes\": %"
		    PRIu64 ",\n      ", f->frees, f->bytes);
		put_stack(r, f->node, to);
		fputs(i + 1 < r->m.n_freers ? ",\n" : "\n", to);
	}
	fputs("  ],\n", to);
}

/* Without a summary of the same blocks nobody knows what is pointed to. */
static void
put_amount(FILE *to, const char *what, bool known, const struct amount *a)
{
	if (known)
		fprintf(to, "\"%s_bytes\": %" PRIu64 ", \"%s_blocks\": %"
		    PRIu64 ",\n      ", what, a->bytes, what, a->blocks);
	else
		fprintf(to, "\"%s_bytes\": null, \"%s_blocks\": null,"
		    "\n      ", what, what);
}

static void
put_leak(struct report *r, const struct group *x, FILE *to)
{
	bool known = x->judged;

	fprintf(to, "    {\"bytes\": %" PRIu64 ", \"blocks\": %" PRIu64
	    ",\n      ", x->value, x->blocks);
	put_amount(to, "indirect", known, &x->indirect);
	put_amount(to, "held", known, &x->held);
	put_amount(to, "reachable", known, &x->reach);
	fprintf(to, "\"oldest_ns\": %" PRIu64 ",\n      ", x->oldest_ns);
	put_stack(r, x->node, to);
}

static void
put_leaks(struct report *r, FILE *to)
{
	struct groups g;

	groups_collect(&g, r, BY_LEAKED);
	fputs("  \"leaks\": [\n", to);
	for (size_t i = 0; i < g.n; i++) {
		put_leak(r, &g.all[i], to);
		fputs(i + 1 < g.n ? ",\n" : "\n", to);
	}
	fputs("  ],\n", to);
	groups_drop(&g);
}

void
json_print(struct report *r, FILE *to)
{
	fputs("{\n  \"file\": ", to);
	figures_put_json(to, r->name);
	fputs(",\n", to);
	put_summary(r, to);
	put_leaks(r, to);
	put_freers(r, to);
	fputs("  \"stacks\": [\n", to);
	for (size_t i = 1; i < r->m.n_sites; i++) {
		put_site(r, &r->m.sites[i], to);
		fputs(i + 1 < r->m.n_sites ? ",\n" : "\n", to);
	}
	fputs("  ]\n}\n", to);
}
