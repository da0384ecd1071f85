/*
 * out_tree - callers and what they call, indented.
 */
#include <inttypes.h>

#include "tool/base/figures.h"
#include "tool/report/calltree.h"
#include "tool/report/keys.h"
#include "tool/report/report.h"
#include "tool/report/told.h"

/* What is smaller than that share of all is left out: in per mille. */
enum { LEAST_SHARE = 5, DEEPEST = 200 };

struct printer {
	struct report *r;
	struct calltree t;
	FILE *to;
	uint64_t left_out;
};

static void
print_call(struct printer *p, uint32_t call, unsigned depth)
{
	const struct call *c = &p->t.calls[call];
	char a[FIGURE_MAX];

	fprintf(p->to, "%10s %5.1f%%  %*s%s\n",
	    keys_value(a, p->r->opt.by, c->value),
	    100.0 * (double)c->value / (double)p->t.calls[0].value,
	    (int)depth * 2, "",
	    depth == 0 ? keys_title(p->r->opt.by) :
	    strings_get(&p->r->m.strings, c->function));
}

static void
print_below(struct printer *p, uint32_t call, unsigned depth)
{
	print_call(p, call, depth);
	if (depth >= DEEPEST)
		return;
	for (uint32_t i = p->t.calls[call].child; i != 0;
	    i = p->t.calls[i].next) {
		if (p->t.calls[i].value * 1000 / LEAST_SHARE <
		    p->t.calls[0].value)
			p->left_out++;
		else
			print_below(p, i, depth + 1);
	}
}

void
tree_print(struct report *r, FILE *to)
{
	struct printer p = { .r = r, .to = to };

	calltree_build(&p.t, r);
	if (p.t.calls[0].value == 0)
		fprintf(to, "%s: none\n", keys_title(r->opt.by));
	else
		print_below(&p, 0, 0);
	if (p.left_out > 0)
		fprintf(to, "%" PRIu64 " branch%s below 0.5%% left out\n",
		    p.left_out, p.left_out == 1 ? "" : "es");
	if (r->opt.by == BY_LEAKED)
		told_print_unlisted(r, to);
	names_print_doubts(&r->names, r->notes.recorded_s, to);
	calltree_drop(&p.t);
}
