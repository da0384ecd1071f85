/*
 * out_json - the summary and every stack, for other programs.
 */
#include <inttypes.h>

#include "common/base/attrs.h"
#include "tool/report/figures.h"
#include "tool/report/groups.h"
#include "tool/report/report.h"

static void
put_number(FILE *to, const char *key, uint64_t value)
{
	fprintf(to, "    \"%s\": %" PRIu64 ",\n", key, value);
}

static void
put_summary(const struct report *r, FILE *to)
{
	const struct totals *t = &r->m.totals;
	const struct readnotes *n = &r->notes;

	fputs("  \"summary\": {\n", to);
	put_number(to, "allocations", t->allocs);
	put_number(to, "bytes", t->bytes);
	put_number(to, "frees", t->frees);
	put_number(to, "temporary", t->temporary);
	put_number(to, "peak_bytes", t->peak);
	put_number(to, "peak_ns", t->peak_ns);
	put_number(to, "leaked_bytes", t->live);
	put_number(to, "leaked_blocks", t->live_blocks);
	put_number(to, "first_ns", t->first_ns);
	put_number(to, "last_ns", t->last_ns);
	put_number(to, "torn_lines", n->broken);
	put_number(to, "events_without_stack", n->no_stack);
	put_number(to, "records_dropped", n->lost);
	put_number(to, "frees_missing", t->missed_frees);
	put_number(to, "allocations_missing", t->unknown_frees);
	fprintf(to, "    \"cut\": %s\n  },\n", n->cut ? "true" : "false");
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
put_site(struct report *r, const struct site *s, FILE *to)
{
	const char *comma = "";

	fprintf(to, "    {\"allocations\": %" PRIu64 ", \"bytes\": %" PRIu64
	    ", \"frees\": %" PRIu64 ", \"temporary\": %" PRIu64
	    ",\n      \"peak_bytes\": %" PRIu64 ", \"leaked_bytes\": %" PRIu64
	    ", \"leaked_blocks\": %" PRIu64 ",\n      \"stack\": [",
	    s->allocs, s->bytes, s->frees, s->temporary, s->peak, s->live,
	    s->live_blocks);
	for (uint32_t node = s->node; node != 0;
	    node = r->m.nodes[node].parent)
		put_frame(r, r->m.nodes[node].frame, &comma, to);
	fputs("]}", to);
}

void
json_print(struct report *r, FILE *to)
{
	fputs("{\n  \"file\": ", to);
	figures_put_json(to, r->path);
	fputs(",\n", to);
	put_summary(r, to);
	fputs("  \"stacks\": [\n", to);
	for (size_t i = 1; i < r->m.n_sites; i++) {
		put_site(r, &r->m.sites[i], to);
		fputs(i + 1 < r->m.n_sites ? ",\n" : "\n", to);
	}
	fputs("  ]\n}\n", to);
}
