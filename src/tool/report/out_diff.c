/*
 * out_diff - what changed between two runs, stack by stack.
 *
 * Addresses differ between runs, so stacks are the same when the names of
 * their functions are.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/base/figures.h"
#include "tool/report/groups.h"
#include "tool/report/keys.h"
#include "tool/report/report.h"

struct change {
	uint64_t key;		/* of the names */
	struct report *from;	/* whose @node shows the stack */
	uint32_t node;
	uint64_t old, new_;
};

struct changes {
	struct change *all;
	size_t n, cap;
};

static uint64_t
key_of(struct report *r, uint32_t node)
{
	uint64_t key = 1;

	for (; node != 0; node = r->m.nodes[node].parent) {
		unsigned count;
		const struct name *name = names_of(&r->names,
		    r->m.nodes[node].frame, &count);

		for (unsigned i = 0; i < count; i++) {
			const char *text = names_text(&r->names,
			    name[i].function);

			key = (key ^ strings_hash(text, strlen(text))) *
			    0x9e3779b97f4a7c15u;
			key ^= key >> 31;
		}
	}
	return key;
}

static void
add_all(struct changes *c, struct report *r, bool is_new)
{
	struct groups g;

	groups_collect(&g, r, r->opt.by);
	for (size_t i = 0; i < g.n; i++) {
		c->all = alloc_room(c->all, c->n, &c->cap, sizeof(*c->all));
		c->all[c->n++] = (struct change){
			.key = key_of(r, g.all[i].node),
			.from = r,
			.node = g.all[i].node,
			.old = is_new ? 0 : g.all[i].value,
			.new_ = is_new ? g.all[i].value : 0,
		};
	}
	groups_drop(&g);
}

static int
compare_keys(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static uint64_t
size_of(const struct change *c)
{
	return c->new_ > c->old ? c->new_ - c->old : c->old - c->new_;
}

/* Growth before what shrank, the largest first. */
static int
compare_changes(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	bool x_grew = x->new_ > x->old, y_grew = y->new_ > y->old;

	if (x_grew != y_grew)
		return x_grew ? -1 : 1;
	if (size_of(x) != size_of(y))
		return size_of(x) < size_of(y) ? 1 : -1;
	return compare_keys(a, b);
}

/* Makes one of those with the same names. */
static void
merge(struct changes *c)
{
	size_t kept = 0;

	if (c->n == 0)
		return;
	qsort(c->all, c->n, sizeof(*c->all), compare_keys);
	for (size_t i = 0; i < c->n; i++) {
		if (kept > 0 && c->all[kept - 1].key == c->all[i].key) {
			c->all[kept - 1].old += c->all[i].old;
			c->all[kept - 1].new_ += c->all[i].new_;
		} else {
			c->all[kept++] = c->all[i];
		}
	}
	c->n = kept;
	qsort(c->all, c->n, sizeof(*c->all), compare_changes);
}

static void
print_change(const struct change *c, size_t n, enum report_key by, FILE *to)
{
	char a[FIGURE_MAX], b[FIGURE_MAX], d[FIGURE_MAX];

	fprintf(to, "\n%zu: %c%s (%s -> %s)\n", n,
	    c->new_ > c->old ? '+' : '-', keys_value(d, by, size_of(c)),
	    keys_value(a, by, c->old), keys_value(b, by, c->new_));
	groups_print_stack(c->from, c->node, "\t", to);
}

void
diff_print(struct report *old, struct report *new_, FILE *to)
{
	struct changes c = { 0 };
	uint64_t before = 0, after = 0;
	size_t shown = 0;
	enum report_key by = new_->opt.by;
	char a[FIGURE_MAX], b[FIGURE_MAX];

	add_all(&c, old, false);
	add_all(&c, new_, true);
	merge(&c);
	for (size_t i = 0; i < c.n; i++) {
		before += c.all[i].old;
		after += c.all[i].new_;
	}
	fprintf(to, "%s: %s -> %s\n", keys_title(by),
	    keys_value(a, by, before), keys_value(b, by, after));
	for (size_t i = 0; i < c.n && shown < new_->opt.number; i++)
		if (c.all[i].old != c.all[i].new_)
			print_change(&c.all[i], ++shown, by, to);
	free(c.all);
}
