/*
 * told - what leak summaries say of each stack, taken together.
 */
#include "tool/report/told.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/base/figures.h"

static void
add(struct amount *to, const struct amount *a)
{
	to->bytes += a->bytes;
	to->blocks += a->blocks;
}

struct told_leak *
told_by_node(const struct model *m, uint64_t after_ns)
{
	struct told_leak *by = alloc_zeroed(m->n_nodes, sizeof(*by));

	for (size_t i = 0; i < m->n_told; i++) {
		const struct told_leak *l = &m->told[i];
		struct told_leak *to = &by[l->node];

		if (l->oldest_ns < after_ns)
			continue;
		if (to->all.blocks == 0 || l->oldest_ns < to->oldest_ns)
			to->oldest_ns = l->oldest_ns;
		to->node = l->node;
		add(&to->all, &l->all);
		add(&to->reach, &l->reach);
		add(&to->indirect, &l->indirect);
		add(&to->held, &l->held);
	}
	return by;
}

bool
told_knows_more(const struct report *r)
{
	const struct report_options *o = &r->opt;

	return r->m.totals.allocs > 0 && r->m.n_told > 0 &&
	    r->notes.told_allocs > r->m.totals.allocs && o->min_age_ns == 0 &&
	    o->min_size == 0 && o->max_size == 0 && o->thread == NULL;
}

static void
take_from(struct group *x, const struct told_leak *l)
{
	x->oldest_ns = x->blocks == 0 ? l->oldest_ns :
	    MIN(x->oldest_ns, l->oldest_ns);
	x->newest_ns = x->oldest_ns;	/* that is not known */
	x->value = l->all.bytes;
	x->blocks = l->all.blocks;
}

void
told_add(struct groups *g, const struct told_leak *told, size_t nodes)
{
	bool *seen = alloc_zeroed(nodes, sizeof(*seen));
	size_t cap = g->n;

	for (size_t i = 0; i < g->n; i++) {
		struct group *x = &g->all[i];

		seen[x->node] = true;
		if (told[x->node].all.blocks > x->blocks)
			take_from(x, &told[x->node]);
	}
	for (size_t i = 0; i < nodes; i++) {
		if (seen[i] || told[i].all.blocks == 0)
			continue;
		g->all = alloc_room(g->all, g->n, &cap, sizeof(*g->all));
		g->all[g->n] = (struct group){ .node = (uint32_t)i };
		take_from(&g->all[g->n++], &told[i]);
	}
	free(seen);
}

static void
take_out(struct groups *g, struct group *x, struct amount reach)
{
	g->reach++;
	g->reach_blocks += reach.blocks;
	g->reach_value += reach.bytes;
	x->value -= reach.bytes;
	x->blocks -= reach.blocks;
	x->left = true;
}

void
told_judge(struct groups *g, const struct told_leak *told, bool reachable)
{
	for (size_t i = 0; i < g->n; i++) {
		struct group *x = &g->all[i];
		const struct told_leak *l = &told[x->node];
		bool same = l->all.blocks == x->blocks &&
		    l->all.bytes == x->value;

		if (x->blocks == 0 || l->all.blocks == 0)
			continue;
		if (same) {
			x->reach = l->reach;
			x->indirect = l->indirect;
			x->held = l->held;
			x->judged = true;
		}
		if (reachable)
			continue;
		/* Filters leave some of the blocks: which, nobody knows. */
		if (l->reach.blocks == l->all.blocks)
			take_out(g, x, (struct amount){ x->value, x->blocks });
		else if (same && l->reach.blocks > 0)
			take_out(g, x, l->reach);
	}
}

/* A log lists the largest groups (leaks=), or was cut: its sums say more. */
struct amount
told_unlisted(const struct report *r)
{
	struct amount more = { r->notes.told_bytes, r->notes.told_blocks };
	struct told_leak *told;

	if (r->m.totals.allocs > 0 && !told_knows_more(r))
		return (struct amount){ 0, 0 };	/* each block is known */
	told = told_by_node(&r->m, 0);
	for (size_t i = 0; i < r->m.n_sites; i++) {
		const struct site *s = &r->m.sites[i];
		struct amount *a = &told[s->node].all;

		if (s->live_blocks > a->blocks)
			*a = (struct amount){ s->live, s->live_blocks };
	}
	for (size_t i = 0; i < r->m.n_nodes; i++) {
		more.bytes -= MIN(more.bytes, told[i].all.bytes);
		more.blocks -= MIN(more.blocks, told[i].all.blocks);
	}
	free(told);
	return more;
}

void
told_print_unlisted(const struct report *r, FILE *to)
{
	struct amount more = told_unlisted(r);

	if (more.blocks > 0)
		fprintf(to, "hint: %" PRIu64 " bytes in %" PRIu64 " block%s "
		    "more were never freed: the log does not list their "
		    "stacks, nor whether they are lost\n", more.bytes,
		    more.blocks, figures_plural(more.blocks));
}
