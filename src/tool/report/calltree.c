/*
 * calltree - stacks merged by the names of their functions, from the outside.
 */
#include "tool/report/calltree.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/report/groups.h"

static uint64_t
hash_of(const void *owner, uint32_t number)
{
	const struct calltree *t = owner;

	return index_pair(t->calls[number].parent, t->calls[number].function);
}

static uint32_t
enter(struct calltree *t, uint32_t parent, const struct name *name)
{
	index_room(&t->index, t->n, hash_of, t);

	const struct index *x = &t->index;
	size_t at = index_home(x, index_pair(parent, name->function));

	for (; x->table[at] != 0; at = index_next(x, at)) {
		const struct call *c = &t->calls[x->table[at]];

		if (c->parent == parent && c->function == name->function)
			return x->table[at];
	}
	t->calls = alloc_room(t->calls, t->n, &t->cap, sizeof(*t->calls));
	t->calls[t->n] = (struct call){
		.function = name->function,
		.file = name->file,
		.line = name->line,
		.parent = parent,
		.next = t->calls[parent].child,
	};
	t->calls[parent].child = (uint32_t)t->n;
	x->table[at] = (uint32_t)t->n;
	return (uint32_t)t->n++;
}

/* A stack that was cut does not begin where others do. */
static uint32_t
add_cut(struct calltree *t, struct report *r, uint64_t value)
{
	static const char text[] = "(cut)";
	const struct name cut = {
		.function = strings_add(&r->m.strings, text, strlen(text)),
	};
	uint32_t at = enter(t, 0, &cut);

	t->calls[at].value += value;
	return at;
}

/* Enters the stack of @node, which is @cut or not, and adds @value on the way
 * in. */
static uint32_t
add_stack(struct calltree *t, struct report *r, uint32_t node, uint64_t value,
    bool cut, unsigned *depth)
{
	uint32_t at = 0;
	unsigned count;

	if (node == 0) {
		t->calls[0].value += value;
		*depth += cut;
		return cut ? add_cut(t, r, value) : 0;
	}
	at = add_stack(t, r, r->m.nodes[node].parent, value, cut, depth);

	for (unsigned i = 0;; i++) {
		/* Entering may move the names; they are asked for again. */
		const struct name *name = names_of(&r->names,
		    r->m.nodes[node].frame, &count);

		if (i == count)
			return at;
		at = enter(t, at, &name[count - 1 - i]);
		t->calls[at].value += value;
		++*depth;
		t->depth = MAX(t->depth, *depth);
	}
}

static const struct calltree *sorting;

static int
compare(const void *a, const void *b)
{
	const struct call *x = &sorting->calls[*(const uint32_t *)a];
	const struct call *y = &sorting->calls[*(const uint32_t *)b];

	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	return x < y ? -1 : x > y;
}

static void
sort_children(struct calltree *t, uint32_t parent)
{
	uint32_t *list = NULL;
	size_t n = 0, cap = 0;

	for (uint32_t i = t->calls[parent].child; i != 0;
	    i = t->calls[i].next) {
		list = alloc_room(list, n, &cap, sizeof(*list));
		list[n++] = i;
	}
	if (n < 2) {
		free(list);
		return;
	}
	sorting = t;
	qsort(list, n, sizeof(*list), compare);
	t->calls[parent].child = list[0];
	for (size_t i = 0; i < n; i++)
		t->calls[list[i]].next = i + 1 < n ? list[i + 1] : 0;
	free(list);
}

void
calltree_build(struct calltree *t, struct report *r)
{
	struct groups g;

	*t = (struct calltree){ 0 };
	index_start(&t->index);
	t->calls = alloc_room(NULL, 0, &t->cap, sizeof(*t->calls));
	t->calls[t->n++] = (struct call){ 0 };
	groups_collect(&g, r, r->opt.by);
	for (size_t i = 0; i < g.n; i++) {
		unsigned depth = 0;

		add_stack(t, r, g.all[i].node, g.all[i].value,
		    r->m.nodes[g.all[i].node].cut, &depth);
	}
	groups_drop(&g);
	for (size_t i = 0; i < t->n; i++)
		sort_children(t, (uint32_t)i);
}

void
calltree_drop(struct calltree *t)
{
	free(t->calls);
	index_drop(&t->index);
	*t = (struct calltree){ 0 };
}
