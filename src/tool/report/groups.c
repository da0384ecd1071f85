/*
 * groups - the stacks that answer a question, the largest first.
 */
#include "tool/report/groups.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/dwarf/callee.h"
#include "tool/dwarf/places.h"
#include "tool/report/filters.h"
#include "tool/report/told.h"

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
	return filters_thread(r, &r->m.threads[b->thread]);
}

static bool
has_module(struct report *r, uint32_t node)
{
	for (; node != 0; node = r->m.nodes[node].parent) {
		const struct frame *f = &r->m.frames[r->m.nodes[node].frame];

		if (filters_module(r, &r->m.modules[f->module]))
			return true;
	}
	return false;
}

/* A call out of module @m that ends in front of @addr: is it for a function of
 * the C library that keeps what it allocates?  Such a function may have left
 * no frame, and those below it no names. */
static bool
calls_keeper(struct report *r, const struct module *m, uint64_t addr)
{
	char name[128];

	return callee_find(strings_get(&r->m.strings, m->path),
		   strings_get(&r->m.strings, m->build_id), addr, name,
		   sizeof(name)) && suppress_is_kept(name);
}

/* The time zone, the locale, the thread's vector: the C library allocates
 * them at somebody's call, and frees them never. */
static bool
is_kept_by_libc(struct report *r, uint32_t node)
{
	bool inside = false;

	for (; node != 0; node = r->m.nodes[node].parent) {
		uint32_t frame = r->m.nodes[node].frame;
		const struct module *m =
		    &r->m.modules[r->m.frames[frame].module];
		unsigned count;
		const struct name *name = names_of(&r->names, frame, &count);

		if (!suppress_is_libc(strings_get(&r->m.strings, m->name)))
			return inside && calls_keeper(r, m,
			    r->m.frames[frame].addr);
		inside = true;
		for (unsigned i = 0; i < count; i++)
			if (suppress_is_kept(names_text(&r->names,
			    name[i].function)))
				return true;
	}
	return false;
}

bool
groups_hides_libc(struct report *r, uint32_t node)
{
	for (; node != 0; node = r->m.nodes[node].parent) {
		uint32_t frame = r->m.nodes[node].frame;
		const struct module *m =
		    &r->m.modules[r->m.frames[frame].module];
		const char *module = strings_get(&r->m.strings, m->name);
		unsigned count;
		const struct name *name = names_of(&r->names, frame, &count);
		const char *text = count == 0 ? "" :
		    names_text(&r->names, name[0].function);
		size_t len = strlen(module);

		if (!suppress_is_libc(module))
			return false;
		/* What has no name is told as a place in its module. */
		if (strncmp(text, module, len) == 0 && text[len] == '+')
			return true;
	}
	return false;
}

/* Nothing in the process pointed to any of its blocks: nobody kept them. */
static bool
is_lost(const struct group *x)
{
	return x->judged && (x->left || x->reach.blocks == 0);
}

static struct suppress_rule *
match_signature(const struct report *r, uint32_t linkage)
{
	char *signature = linkage == 0 ? NULL :
	    places_signature(names_text(&r->names, linkage));
	struct suppress_rule *rule = signature == NULL ? NULL :
	    suppress_match(&r->suppress, signature);

	free(signature);
	return rule;
}

/* A function's name with and without its parameters, and its file. */
static struct suppress_rule *
match_name(const struct report *r, const struct name *name)
{
	struct suppress_rule *rule = suppress_match(&r->suppress,
	    names_text(&r->names, name->function));

	if (rule == NULL && name->file != 0)
		rule = suppress_match(&r->suppress,
		    names_text(&r->names, name->file));
	return rule != NULL ? rule : match_signature(r, name->linkage);
}

/* The rule that suppresses a leak. */
static struct suppress_rule *
find_rule(struct report *r, const struct group *x)
{
	struct suppress_rule *rule = NULL;
	uint32_t node = x->node;

	if (!is_lost(x) && is_kept_by_libc(r, node))
		return &r->suppress.rules[0];
	for (; node != 0 && rule == NULL; node = r->m.nodes[node].parent) {
		uint32_t frame = r->m.nodes[node].frame;
		uint32_t module = r->m.frames[frame].module;
		unsigned count;
		const struct name *name = names_of(&r->names, frame, &count);

		for (unsigned i = 0; i < count && rule == NULL; i++)
			rule = match_name(r, &name[i]);
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
collect_told(struct groups *g, struct report *r, const struct told_leak *told)
{
	g->n = r->m.n_nodes;
	g->all = alloc_zeroed(g->n, sizeof(*g->all));
	for (size_t i = 0; i < g->n; i++)
		g->all[i] = (struct group){
			.node = (uint32_t)i,
			.value = told[i].all.bytes,
			.blocks = told[i].all.blocks,
			.oldest_ns = told[i].oldest_ns,
			.newest_ns = told[i].oldest_ns,
		};
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

static void
collect_freers(struct groups *g, const struct report *r)
{
	g->n = r->m.n_freers;
	g->all = alloc_zeroed(g->n, sizeof(*g->all));
	for (size_t i = 1; i < g->n; i++)
		g->all[i] = (struct group){
			.node = r->m.freers[i].node,
			.value = r->m.freers[i].bytes,
			.blocks = r->m.freers[i].frees,
		};
}

/* Those that count blocks are of use when the blocks have no bytes, too. */
static bool
is_nothing(const struct group *x, enum report_key key)
{
	return x->value == 0 && (x->blocks == 0 ||
	    (key != BY_LEAKED && key != BY_FREED));
}

static struct amount
lost_directly(const struct group *x)
{
	struct amount a = { x->value, x->blocks };

	a.bytes -= x->indirect.bytes + (x->left ? 0 : x->reach.bytes);
	a.blocks -= x->indirect.blocks + (x->left ? 0 : x->reach.blocks);
	return a;
}

/* What was forgotten comes first, then what was lost with it, then what is
 * still pointed to. */
static unsigned
rank(const struct group *x)
{
	if (lost_directly(x).blocks > 0)
		return 0;
	return x->indirect.blocks > 0 ? 1 : 2;
}

/* The bytes that freeing what was forgotten would have freed. */
static uint64_t
weight(const struct group *x)
{
	return rank(x) > 0 ? x->value : lost_directly(x).bytes +
	    x->held.bytes;
}

static int
compare(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (rank(x) != rank(y))
		return rank(x) < rank(y) ? -1 : 1;
	if (weight(x) != weight(y))
		return weight(x) < weight(y) ? 1 : -1;
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

		if (is_nothing(&x, key))
			continue;
		if (r->opt.module != NULL && !has_module(r, x.node))
			continue;
		if (key == BY_LEAKED && r->suppress.n > 0)
			rule = find_rule(r, &x);
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
		g->indirect.bytes += x.indirect.bytes;
		g->indirect.blocks += x.indirect.blocks;
		g->all[kept++] = x;
	}
	g->n = kept;
	qsort(g->all, g->n, sizeof(*g->all), compare);
}

void
groups_collect(struct groups *g, struct report *r, enum report_key key)
{
	struct told_leak *told = NULL;

	*g = (struct groups){ 0 };
	if (key == BY_LEAKED)
		told = told_by_node(&r->m, r->opt.after_ns);
	if (key == BY_FREED)
		collect_freers(g, r);
	else if (key != BY_LEAKED)
		collect_sites(g, r, key);
	else if (r->m.totals.allocs == 0 && r->m.n_told > 0)
		collect_told(g, r, told);
	else
		collect_live(g, r);
	if (key == BY_LEAKED && told_knows_more(r))
		told_add(g, told, r->m.n_nodes);
	if (key == BY_LEAKED && r->notes.scanned)
		told_judge(g, told, r->opt.reachable);
	free(told);
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
