/*
 * groups - the stacks that answer a question, the largest first.
 */
#include "tool/report/groups.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/report/alloc.h"

static bool
is_thread(const struct report *r, const struct thread *t)
{
	char *end;
	unsigned long tid = strtoul(r->opt.thread, &end, 10);

	if (*end == '\0' && t->tid == tid)
		return true;
	return strcmp(strings_get(&r->m.strings, t->name),
	    r->opt.thread) == 0;
}

static bool
is_wanted_block(const struct report *r, const struct block *b)
{
	const struct report_options *o = &r->opt;

	if (b->key == 0 || b->ns < o->after_ns || b->size < o->min_size)
		return false;
	if (o->max_size > 0 && b->size > o->max_size)
		return false;
	if (r->m.totals.last_ns - b->ns < o->min_age_ns)
		return false;
	return o->thread == NULL || is_thread(r, &r->m.threads[b->thread]);
}

static bool
has_module(struct report *r, uint32_t node)
{
	for (; node != 0; node = r->m.nodes[node].parent) {
		const struct frame *f = &r->m.frames[r->m.nodes[node].frame];
		const struct module *m = &r->m.modules[f->module];

		if (strcmp(strings_get(&r->m.strings, m->name),
		    r->opt.module) == 0 ||
		    strcmp(strings_get(&r->m.strings, m->path),
		    r->opt.module) == 0)
			return true;
	}
	return false;
}

/* The rule that suppresses a leak with stack @node. */
static struct suppress_rule *
find_rule(struct report *r, uint32_t node)
{
	struct suppress_rule *rule = NULL;

	for (; node != 0 && rule == NULL; node = r->m.nodes[node].parent) {
		uint32_t frame = r->m.nodes[node].frame;
		uint32_t module = r->m.frames[frame].module;
		unsigned count;
		const struct name *name = names_of(&r->names, frame, &count);

		for (unsigned i = 0; i < count && rule == NULL; i++) {
			rule = suppress_match(&r->suppress,
			    names_text(&r->names, name[i].function));
			if (rule == NULL && name[i].file != 0)
				rule = suppress_match(&r->suppress,
				    names_text(&r->names, name[i].file));
		}
		if (rule == NULL)
			rule = suppress_match(&r->suppress, strings_get(
			    &r->m.strings, r->m.modules[module].path));
	}
	return rule;
}

static void
count_block(const struct report *r, struct group *g, const struct block *b)
{
	const struct totals *t = &r->m.totals;
	uint64_t span = t->last_ns - t->first_ns + 1;
	uint64_t since = b->ns - t->first_ns;

	if (g->blocks == 0 || b->ns < g->oldest_ns)
		g->oldest_ns = b->ns;
	g->newest_ns = MAX(g->newest_ns, b->ns);
	g->value += b->size;
	g->blocks++;
	g->born[MIN(since / (span / GROUP_AGES + 1),
	    (uint64_t)GROUP_AGES - 1)]++;
}

/* Live blocks, counted at the places of their sites. */
static void
collect_live(struct groups *g, struct report *r)
{
	g->n = r->m.n_sites;
	g->all = alloc_zeroed(g->n, sizeof(*g->all));
	for (size_t i = 0; i < g->n; i++)
		g->all[i].node = r->m.sites[i].node;
	for (size_t i = 0; i <= r->m.blocks.mask; i++) {
		const struct block *b = &r->m.blocks.table[i];

		if (is_wanted_block(r, b))
			count_block(r, &g->all[b->site], b);
	}
}

/* A log of leaks alone has groups and no blocks. */
static void
collect_told(struct groups *g, struct report *r)
{
	g->n = r->m.n_told;
	g->all = alloc_zeroed(g->n, sizeof(*g->all));
	for (size_t i = 0; i < g->n; i++) {
		const struct told_leak *l = &r->m.told[i];

		if (l->oldest_ns < r->opt.after_ns)
			continue;
		g->all[i] = (struct group){
			.node = l->node,
			.value = l->bytes,
			.blocks = l->blocks,
			.oldest_ns = l->oldest_ns,
			.newest_ns = l->oldest_ns,
		};
	}
}

static void
collect_sites(struct groups *g, struct report *r, enum report_key key)
{
	g->n = r->m.n_sites;
	g->all = alloc_zeroed(g->n, sizeof(*g->all));
	for (size_t i = 1; i < g->n; i++) {
		const struct site *s = &r->m.sites[i];
		const uint64_t values[REPORT_KEYS] = {
			[BY_BYTES] = s->bytes,
			[BY_COUNT] = s->allocs,
			[BY_PEAK] = s->peak,
			[BY_TEMPORARY] = s->temporary,
			[BY_LEAKED] = s->live,
		};

		g->all[i].node = s->node;
		g->all[i].value = values[key];
		g->all[i].blocks = s->allocs;
	}
}

static int
compare(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	if (x->blocks != y->blocks)
		return x->blocks < y->blocks ? 1 : -1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* Keeps what has a value and is wanted; adds it up. */
static void
sift(struct groups *g, struct report *r, enum report_key key)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->n; i++) {
		struct group x = g->all[i];
		struct suppress_rule *rule = NULL;

		if (x.value == 0 && (key != BY_LEAKED || x.blocks == 0))
			continue;
		if (r->opt.module != NULL && !has_module(r, x.node))
			continue;
		if (key == BY_LEAKED && r->suppress.n > 0)
			rule = find_rule(r, x.node);
		if (rule != NULL) {
			rule->groups++;
			rule->blocks += x.blocks;
			rule->bytes += x.value;
			g->hidden++;
			g->hidden_blocks += x.blocks;
			g->hidden_value += x.value;
			continue;
		}
		g->value += x.value;
		g->blocks += x.blocks;
		g->all[kept++] = x;
	}
	g->n = kept;
	qsort(g->all, g->n, sizeof(*g->all), compare);
}

void
groups_collect(struct groups *g, struct report *r, enum report_key key)
{
	*g = (struct groups){ 0 };
	if (key != BY_LEAKED)
		collect_sites(g, r, key);
	else if (r->m.totals.allocs == 0 && r->m.n_told > 0)
		collect_told(g, r);
	else
		collect_live(g, r);
	sift(g, r, key);
}

void
groups_drop(struct groups *g)
{
	free(g->all);
	*g = (struct groups){ 0 };
}

static void
print_frame(struct report *r, uint32_t frame, const char *indent, FILE *to)
{
	const struct module *m = &r->m.modules[r->m.frames[frame].module];
	const char *module = strings_get(&r->m.strings, m->name);
	unsigned count;
	const struct name *name = names_of(&r->names, frame, &count);

	for (unsigned i = 0; i < count; i++) {
		const char *file = names_file(&r->names, &name[i]);

		fprintf(to, "%s%s", indent,
		    names_text(&r->names, name[i].function));
		if (file != NULL)
			fprintf(to, " %s:%u", file, name[i].line);
		if (i + 1 < count)
			fputs(" [inlined]", to);
		if (module[0] != '\0')
			fprintf(to, " (%s)", module);
		fputc('\n', to);
	}
}

void
groups_print_stack(struct report *r, uint32_t node, const char *indent,
    FILE *to)
{
	bool cut = r->m.nodes[node].cut;

	if (node == 0)
		fprintf(to, "%s(the log has no stack)\n", indent);
	for (; node != 0; node = r->m.nodes[node].parent)
		print_frame(r, r->m.nodes[node].frame, indent, to);
	if (cut)
		fprintf(to, "%s...\n", indent);
}
