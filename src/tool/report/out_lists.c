/*
 * out_lists - reports that are lists of stacks: the largest stacks, the
 * leaks, folded stacks.
 */
#include <inttypes.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/figures.h"
#include "tool/report/groups.h"
#include "tool/report/keys.h"
#include "tool/report/report.h"
#include "tool/report/told.h"

static const char *
event_word(enum report_key by)
{
	switch (by) {
	case BY_LEAKED:
		return "block";
	case BY_FREED:
		return "free";
	default:
		return "allocation";
	}
}

/* What the file has of the stacks of frees, when that is not all. */
static void
print_freers(const struct report *r, FILE *to)
{
	if (r->notes.free_nothing)
		fputs("hint: recorded without the stacks of frees "
		    "(tapefrees=0)\n", to);
	else if (r->notes.free_calls)
		fputs("hint: of each free the call alone was recorded "
		    "(tapefrees=2 records its stack)\n", to);
}

static double
percent(uint64_t part, uint64_t all)
{
	return all == 0 ? 0.0 : 100.0 * (double)part / (double)all;
}

void
top_print(struct report *r, FILE *to)
{
	struct groups g;
	char a[FIGURE_MAX], b[FIGURE_MAX];

	groups_collect(&g, r, r->opt.by);
	fprintf(to, "%s: %s in %zu stack%s\n", keys_title(r->opt.by),
	    keys_value(a, r->opt.by, g.value), g.n, figures_plural(g.n));
	if (r->opt.by == BY_FREED)
		print_freers(r, to);
	for (size_t i = 0; i < MIN(g.n, (size_t)r->opt.number); i++) {
		const struct group *x = &g.all[i];

		fprintf(to, "\n%zu: %s (%.1f%%)", i + 1,
		    keys_value(a, r->opt.by, x->value),
		    percent(x->value, g.value));
		if (r->opt.by != BY_COUNT)
			fprintf(to, ", %" PRIu64 " %s%s", x->blocks,
			    event_word(r->opt.by), figures_plural(x->blocks));
		if (r->opt.by == BY_COUNT && x->blocks > 0)
			fprintf(to, ", %s in all", figures_bytes(b,
			    r->m.sites[r->m.nodes[x->node].site].bytes));
		fputc('\n', to);
		groups_print_stack(r, x->node, "\t", to);
	}
	if (r->opt.by == BY_LEAKED)
		told_print_unlisted(r, to);
	names_print_doubts(&r->names, r->notes.recorded_s, to);
	groups_drop(&g);
}

/* Which part of the group @a is, when there is one: nothing but the word when
 * it is all. */
static void
print_part(const struct group *x, const struct amount *a, const char *word,
    FILE *to)
{
	if (a->blocks == 0)
		return;
	if (a->blocks < x->blocks)
		fprintf(to, "%" PRIu64 " bytes in %" PRIu64 " block%s ",
		    a->bytes, a->blocks, figures_plural(a->blocks));
	fprintf(to, "%s, ", word);
}

static void
print_verdict(const struct group *x, FILE *to)
{
	if (x->held.blocks > 0)
		fprintf(to, "holding %" PRIu64 " bytes in %" PRIu64
		    " block%s, ", x->held.bytes, x->held.blocks,
		    figures_plural(x->held.blocks));
	print_part(x, &x->indirect, "indirect", to);
	if (!x->left)
		print_part(x, &x->reach, "reachable", to);
	else if (x->blocks > 0)
		fprintf(to, "%" PRIu64 " bytes in %" PRIu64 " block%s more "
		    "reachable, ", x->reach.bytes, x->reach.blocks,
		    figures_plural(x->reach.blocks));
}

static void
print_leak(struct report *r, const struct group *x, size_t n, FILE *to)
{
	char a[FIGURE_MAX], b[FIGURE_MAX];

	fprintf(to, "\nleak %zu: %" PRIu64 " bytes in %" PRIu64 " block%s, ",
	    n, x->value, x->blocks, figures_plural(x->blocks));
	print_verdict(x, to);
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

static void
print_hint(struct report *r, const struct groups *g, FILE *to)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += groups_hides_libc(r, g->all[i].node);
	if (n > 0)
		fprintf(to, "\nhint: the C library has no debug symbols here: "
		    "%zu of these stacks may be what it keeps for itself "
		    "(libc6-dbg tells)\n", n);
}

/* What the leaks are made of, what is not among them, and why. */
static void
print_kinds(const struct report *r, const struct groups *g, FILE *to)
{
	uint64_t direct = g->blocks - g->indirect.blocks;

	if (g->indirect.blocks > 0)
		fprintf(to, "direct: %" PRIu64 " bytes in %" PRIu64
		    " block%s; indirect: %" PRIu64 " bytes in %" PRIu64
		    " block%s, lost with what held them\n",
		    g->value - g->indirect.bytes, direct,
		    figures_plural(direct), g->indirect.bytes,
		    g->indirect.blocks, figures_plural(g->indirect.blocks));
	if (g->reach > 0)
		fprintf(to, "reachable: %" PRIu64 " bytes in %" PRIu64
		    " block%s, %" PRIu64 " stack%s, still pointed to at the "
		    "end (--reachable lists them)\n", g->reach_value,
		    g->reach_blocks, figures_plural(g->reach_blocks),
		    g->reach, figures_plural(g->reach));
	if (g->hidden > 0)
		fprintf(to, "suppressed: %" PRIu64 " bytes in %" PRIu64
		    " block%s, %" PRIu64 " stack%s\n", g->hidden_value,
		    g->hidden_blocks, figures_plural(g->hidden_blocks),
		    g->hidden, figures_plural(g->hidden));
	if (r->notes.blind[0] != '\0')
		fprintf(to, "hint: what is still pointed to is not told "
		    "apart: %s\n", r->notes.blind);
	else if (!r->notes.scanned && g->n > 0 && !r->opt.reachable)
		fputs("hint: it is not recorded what is still pointed to at "
		    "the end, and is no leak (diag run --leaks tells)\n", to);
	if (r->notes.untold > 0)
		fprintf(to, "hint: %" PRIu64 " program%s told nothing: what "
		    "%s leaked is missing (killed, still running, cannot be "
		    "traced, a log that was full or could not be written, "
		    "no memory)\n", r->notes.untold,
		    figures_plural(r->notes.untold),
		    r->notes.untold == 1 ? "it" : "they");
	if (r->notes.beside > 0 && g->n > 0)
		fprintf(to, "hint: %" PRIu64 " thread%s still ran: what only "
		    "their registers pointed to is listed too\n",
		    r->notes.beside, figures_plural(r->notes.beside));
}

unsigned
leaks_print(struct report *r, FILE *to)
{
	struct groups g;

	groups_collect(&g, r, BY_LEAKED);
	fprintf(to, "leaks: %" PRIu64 " bytes in %" PRIu64 " block%s never "
	    "freed, %zu stack%s%s\n", g.value, g.blocks,
	    figures_plural(g.blocks), g.n, figures_plural(g.n),
	    r->notes.untold > 0 ? ", of what was seen" : "");
	print_kinds(r, &g, to);
	told_print_unlisted(r, to);
	for (size_t i = 0; i < MIN(g.n, (size_t)r->opt.number); i++)
		print_leak(r, &g.all[i], i + 1, to);
	if (g.n > r->opt.number)
		fprintf(to, "\n%zu more stack%s (--number shows more)\n",
		    g.n - r->opt.number,
		    figures_plural(g.n - r->opt.number));

	print_hint(r, &g, to);
	if (g.n > 0)
		names_print_doubts(&r->names, r->notes.recorded_s, to);

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
