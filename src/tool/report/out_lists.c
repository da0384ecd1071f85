/*
 * out_lists - reports that are lists of stacks: the summary, the largest
 * stacks, the leaks, folded stacks.
 */
#include <inttypes.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/report/figures.h"
#include "tool/report/groups.h"
#include "tool/report/report.h"

static void
print_damage(const struct report *r, FILE *to)
{
	const struct readnotes *n = &r->notes;
	const struct totals *t = &r->m.totals;

	if (n->damaged > 0)
		fprintf(to, "damage: %" PRIu64 " chunk%s of the tape, read "
		    "as far as whole\n", n->damaged,
		    figures_plural(n->damaged));
	if (n->no_clock)
		fprintf(to, "damage: the tape does not tell how fast its "
		    "clock ran: times are ~\n");
	if (n->cut && !n->is_tape)
		fprintf(to, "damage: the log ends inside a record, which is "
		    "left out\n");
	if (n->broken > 0)
		fprintf(to, "damage: %" PRIu64 " line%s torn or cut, left "
		    "out\n", n->broken, figures_plural(n->broken));
	if (n->no_stack > 0)
		fprintf(to, "damage: %" PRIu64 " event%s without a stack\n",
		    n->no_stack, figures_plural(n->no_stack));
	if (n->lost > 0)
		fprintf(to, "missing: %" PRIu64 " record%s that were dropped "
		    "as it was written\n", n->lost, figures_plural(n->lost));
	if (n->told && t->allocs > 0 && (n->told_bytes != t->live ||
	    n->told_blocks != t->live_blocks))
		fprintf(to, "differs: the program itself counted %" PRIu64
		    " bytes in %" PRIu64 " block%s never freed\n",
		    n->told_bytes, n->told_blocks,
		    figures_plural(n->told_blocks));
	if (t->missed_frees > 0)
		fprintf(to, "missing: %" PRIu64 " free%s (an address was "
		    "given out again)\n", t->missed_frees,
		    figures_plural(t->missed_frees));
	if (t->unknown_frees > 0)
		fprintf(to, "missing: the allocations of %" PRIu64 " block%s "
		    "that were freed\n", t->unknown_frees,
		    figures_plural(t->unknown_frees));
}

static void
print_lines(const struct report *r, FILE *to)
{
	const struct readnotes *n = &r->notes;

	if (n->gc_lines > 0)
		fprintf(to, "gc: %" PRIu64 " line%s, the last: %s\n",
		    n->gc_lines, figures_plural(n->gc_lines), n->last_gc);
	if (n->sched_lines > 0)
		fprintf(to, "sched: %" PRIu64 " line%s, the longest delay: "
		    "%s\n", n->sched_lines, figures_plural(n->sched_lines),
		    n->worst_sched);
}

static void
print_file(const struct report *r, FILE *to)
{
	const struct readnotes *n = &r->notes;

	if (!n->is_tape) {
		fprintf(to, "%s: %" PRIu64 " line%s, %" PRIu64 " of them "
		    "diag's\n", r->path, n->lines, figures_plural(n->lines),
		    n->ours);
		return;
	}
	fprintf(to, "%s: tape of %s (%d), %" PRIu64 " chunk%s; %s", r->path,
	    n->program, n->pid, n->chunks, figures_plural(n->chunks),
	    n->ending);
	if (n->error != 0)
		fprintf(to, ": %s", strerror(n->error));
	fputc('\n', to);
	if (n->sample > 1)
		fprintf(to, "recorded: one allocation in %" PRIu64 "\n",
		    n->sample);
	if (n->minsize > 0)
		fprintf(to, "recorded: allocations of %" PRIu64 " bytes or "
		    "more\n", n->minsize);
	if (n->maxsize != UINT64_MAX)
		fprintf(to, "recorded: allocations of %" PRIu64 " bytes or "
		    "less\n", n->maxsize);
}

void
summary_print(struct report *r, FILE *to)
{
	const struct totals *t = &r->m.totals;
	char a[FIGURE_MAX], b[FIGURE_MAX];

	print_file(r, to);
	if (t->allocs > 0 || t->frees > 0) {
		fprintf(to, "allocations: %" PRIu64 ", %s, from %zu stack%s "
		    "by %zu thread%s, %s to %s\n", t->allocs,
		    figures_bytes(a, t->bytes), r->m.n_sites - 1,
		    figures_plural(r->m.n_sites - 1), r->m.n_threads,
		    figures_plural(r->m.n_threads),
		    figures_seconds(b, t->first_ns),
		    figures_seconds((char[FIGURE_MAX]){ 0 }, t->last_ns));
		fprintf(to, "frees: %" PRIu64 "\n", t->frees);
		fprintf(to, "peak: %s at %s\n", figures_bytes(a, t->peak),
		    figures_seconds(b, t->peak_ns));
		fprintf(to, "temporary: %" PRIu64 " (%.1f%% of allocations)\n",
		    t->temporary, t->allocs > 0 ?
		    100.0 * (double)t->temporary / (double)t->allocs : 0.0);
		fprintf(to, "%s: %" PRIu64 " block%s, %s\n",
		    r->notes.cut ? "live at the end" : "leaked",
		    t->live_blocks, figures_plural(t->live_blocks),
		    figures_bytes(a, t->live));
	} else if (r->notes.told) {
		fprintf(to, "leaked: %" PRIu64 " block%s, %s\n",
		    r->notes.told_blocks,
		    figures_plural(r->notes.told_blocks),
		    figures_bytes(a, r->notes.told_bytes));
	}
	print_lines(r, to);
	print_damage(r, to);
}

void
top_print(struct report *r, FILE *to)
{
	struct groups g;
	char a[FIGURE_MAX], b[FIGURE_MAX];

	groups_collect(&g, r, r->opt.by);
	fprintf(to, "%s: %s in %zu stack%s\n", figures_key_title(r->opt.by),
	    figures_value(a, r->opt.by, g.value), g.n, figures_plural(g.n));
	for (size_t i = 0; i < MIN(g.n, (size_t)r->opt.number); i++) {
		const struct group *x = &g.all[i];

		fprintf(to, "\n%zu: %s (%.1f%%)", i + 1,
		    figures_value(a, r->opt.by, x->value),
		    100.0 * (double)x->value / (double)g.value);
		if (r->opt.by != BY_COUNT)
			fprintf(to, ", %" PRIu64 " %s%s", x->blocks,
			    r->opt.by == BY_LEAKED ? "block" : "allocation",
			    figures_plural(x->blocks));
		if (r->opt.by == BY_COUNT && x->blocks > 0)
			fprintf(to, ", %s in all", figures_bytes(b,
			    r->m.sites[r->m.nodes[x->node].site].bytes));
		fputc('\n', to);
		groups_print_stack(r, x->node, "\t", to);
	}
	groups_drop(&g);
}

static void
print_leak(struct report *r, const struct group *x, size_t n, FILE *to)
{
	char a[FIGURE_MAX], b[FIGURE_MAX];

	fprintf(to, "\nleak %zu: %" PRIu64 " bytes in %" PRIu64 " block%s, ",
	    n, x->value, x->blocks, figures_plural(x->blocks));
	if (x->blocks > 1 && x->newest_ns > x->oldest_ns)
		fprintf(to, "allocated @%s to @%s",
		    figures_seconds(a, x->oldest_ns),
		    figures_seconds(b, x->newest_ns));
	else
		fprintf(to, "allocated @%s",
		    figures_seconds(a, x->oldest_ns));
	if (x->blocks >= GROUP_AGES && x->born[0] != x->blocks &&
	    x->newest_ns > x->oldest_ns)
		fprintf(to, ", by quarter of the run %" PRIu64 "/%" PRIu64
		    "/%" PRIu64 "/%" PRIu64, x->born[0], x->born[1],
		    x->born[2], x->born[3]);
	fputc('\n', to);
	groups_print_stack(r, x->node, "\t", to);
}

unsigned
leaks_print(struct report *r, FILE *to)
{
	struct groups g;

	groups_collect(&g, r, BY_LEAKED);
	fprintf(to, "leaks: %" PRIu64 " bytes in %" PRIu64 " block%s never "
	    "freed, %zu stack%s\n", g.value, g.blocks,
	    figures_plural(g.blocks), g.n, figures_plural(g.n));
	if (g.hidden > 0)
		fprintf(to, "suppressed: %" PRIu64 " bytes in %" PRIu64
		    " block%s, %" PRIu64 " stack%s\n", g.hidden_value,
		    g.hidden_blocks, figures_plural(g.hidden_blocks),
		    g.hidden, figures_plural(g.hidden));
	for (size_t i = 0; i < MIN(g.n, (size_t)r->opt.number); i++)
		print_leak(r, &g.all[i], i + 1, to);
	if (g.n > r->opt.number)
		fprintf(to, "\n%zu more stack%s (--number shows more)\n",
		    g.n - r->opt.number,
		    figures_plural(g.n - r->opt.number));

	unsigned n = (unsigned)g.n;

	groups_drop(&g);
	return n;
}

/* A separator of the folded format must not be in a name. */
static void
put_folded(FILE *to, const char *name)
{
	for (; *name != '\0'; name++)
		fputc(*name == ';' || *name == '\n' ? ':' : *name, to);
}

/* The outermost frame first; recursion is as deep as the stack, which is
 * bounded by what a record holds. */
static void
fold(struct report *r, uint32_t node, FILE *to)
{
	unsigned count;
	const struct name *name;

	if (r->m.nodes[node].parent != 0) {
		fold(r, r->m.nodes[node].parent, to);
		fputc(';', to);
	}
	name = names_of(&r->names, r->m.nodes[node].frame, &count);
	for (unsigned i = count; i-- > 0;) {
		put_folded(to, names_text(&r->names, name[i].function));
		if (i > 0)
			fputc(';', to);
	}
}

void
folded_print(struct report *r, FILE *to)
{
	struct groups g;

	groups_collect(&g, r, r->opt.by);
	for (size_t i = 0; i < g.n; i++) {
		if (r->m.nodes[g.all[i].node].cut)
			fputs("(cut);", to);
		if (g.all[i].node == 0)
			fputs("(no stack)", to);
		else
			fold(r, g.all[i].node, to);
		fprintf(to, " %" PRIu64 "\n", g.all[i].value);
	}
	groups_drop(&g);
}
