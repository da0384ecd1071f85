/*
 * lognames - what a log names once and uses later: modules, stacks, frames.
 */
#include "tool/report/lognames.h"

#include <stdlib.h>
#include <string.h>

#include "tool/base/alloc.h"

enum { FIRST_TABLE = 1024 };

struct lognames_entry {
	uint64_t id;		/* of the stack; 0 is a free place */
	uint32_t process, node;
};

void
lognames_start(struct lognames *n, struct model *m)
{
	*n = (struct lognames){ .m = m, .mask = FIRST_TABLE - 1 };
	n->table = alloc_zeroed(FIRST_TABLE, sizeof(*n->table));
}

void
lognames_drop(struct lognames *n)
{
	free(n->modules);
	free(n->table);
	*n = (struct lognames){ 0 };
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* White space and what cannot be printed stands in a log as \xHH. */
static void
unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		int high = -1, low = -1;

		if (at[0] == '\\' && at[1] == 'x')
			high = hex_digit(at[2]);
		if (high >= 0)
			low = hex_digit(at[3]);
		if (low >= 0 && (high | low) != 0) {
			*to++ = (char)(high << 4 | low);
			at += 3;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
}

void
lognames_module(struct lognames *n, uint32_t process, const struct logline *l)
{
	char *name = alloc_text(l->name.at, l->name.len);
	char *path = alloc_text(l->module.at, l->module.len);
	char *id = alloc_text(l->build_id.at, l->build_id.len);

	n->modules = alloc_room(n->modules, n->n_modules, &n->c_modules,
	    sizeof(*n->modules));
	uint32_t as_written = strings_add(&n->m->strings, name, l->name.len);

	unescape(name);
	unescape(path);
	n->modules[n->n_modules++] = (struct lognames_module){
		.process = process,
		.name = as_written,
		.module = model_module(n->m, name, path, id),
	};
	free(name);
	free(path);
	free(id);
}

/* The last meaning wins.  A child knows what its parent named, which a log
 * does not repeat; so a name of any process is better than none. */
static uint32_t
find_module(const struct lognames *n, uint32_t process, uint32_t name)
{
	uint32_t any = 0;

	for (size_t i = n->n_modules; i-- > 0;) {
		if (n->modules[i].name != name)
			continue;
		if (n->modules[i].process == process)
			return n->modules[i].module;
		if (any == 0)
			any = n->modules[i].module;
	}
	return any;
}

uint32_t
lognames_frame(struct lognames *n, uint32_t process, const struct logline *l)
{
	struct strings *s = &n->m->strings;
	struct frame f = { .addr = l->addr };

	if (l->name.len > 0)
		f.function = strings_add(s, l->name.at, l->name.len);
	if (l->module.len > 0) {
		uint32_t name = strings_add(s, l->module.at, l->module.len);

		f.module = find_module(n, process, name);
		if (f.module == 0)
			f.module = model_module(n->m, strings_get(s, name),
			    "", "");
	}
	return model_frame(n->m, &f);
}

static size_t
home(const struct lognames *n, uint32_t process, uint64_t id)
{
	return ((id ^ (uint64_t)process << 40) * 0x9e3779b97f4a7c15u >> 24) &
	    n->mask;
}

static struct lognames_entry *
place(struct lognames *n, uint32_t process, uint64_t id)
{
	size_t at = home(n, process, id);

	while (n->table[at].id != 0 && (n->table[at].id != id ||
	    n->table[at].process != process))
		at = (at + 1) & n->mask;
	return &n->table[at];
}

static void
grow(struct lognames *n)
{
	struct lognames_entry *old = n->table;
	size_t places = n->mask + 1;

	n->mask = places * 2 - 1;
	n->table = alloc_zeroed(places * 2, sizeof(*n->table));
	for (size_t i = 0; i < places; i++)
		if (old[i].id != 0)
			*place(n, old[i].process, old[i].id) = old[i];
	free(old);
}

void
lognames_set_stack(struct lognames *n, uint32_t process, uint64_t id,
    uint32_t node)
{
	if (id == 0)
		return;
	if (n->used * 2 > n->mask)
		grow(n);

	struct lognames_entry *e = place(n, process, id);

	n->used += e->id == 0;
	*e = (struct lognames_entry){ id, process, node };
}

/* A forked child goes on with the numbers of its parent. */
uint32_t
lognames_stack(struct lognames *n, uint32_t process, uint64_t id)
{
	struct lognames_entry *e = place(n, process, id);

	if (e->id == 0 && process != 0)
		e = place(n, 0, id);
	return e->id != 0 ? e->node : 0;
}
