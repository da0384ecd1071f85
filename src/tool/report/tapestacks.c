/*
 * tapestacks - the stacks and modules of a tape, as those of a model.
 */
#include "tool/report/tapestacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

/* Nodes are kept in pages: a forked child's numbers begin where its parent's
 * ended. */
enum { PAGE_BITS = 6, PAGE_NODES = 1 << PAGE_BITS, CHAIN_MAX = 1024 };

struct tapestacks_node {
	uint64_t pc;		/* 0: not on the tape */
	uint32_t parent, module;
	uint32_t model_node;	/* 0: not asked for yet */
	uint32_t flags;
};

struct tapestacks_module {
	uint64_t number, bias;
	uint32_t module;	/* of the model */
};

void
tapestacks_start(struct tapestacks *s, struct model *m)
{
	*s = (struct tapestacks){
		.m = m,
		.pages = alloc_zeroed(TAPE_NODES_MAX / PAGE_NODES,
		    sizeof(*s->pages)),
	};
}

void
tapestacks_drop(struct tapestacks *s)
{
	for (size_t i = 0; i < s->n_used; i++)
		free(s->pages[s->used[i]]);
	free(s->used);
	free(s->pages);
	free(s->modules);
	*s = (struct tapestacks){ 0 };
}

/* NULL: there is no node near that number. */
static struct tapestacks_node *
node_at(const struct tapestacks *s, uint32_t id)
{
	struct tapestacks_node *page = id < TAPE_NODES_MAX ?
	    s->pages[id >> PAGE_BITS] : NULL;

	return page != NULL ? &page[id % PAGE_NODES] : NULL;
}

static void
make_page(struct tapestacks *s, uint32_t number)
{
	s->pages[number] = alloc_zeroed(PAGE_NODES, sizeof(**s->pages));
	s->used = alloc_room(s->used, s->n_used, &s->c_used,
	    sizeof(*s->used));
	s->used[s->n_used++] = number;
}

void
tapestacks_add_node(struct tapestacks *s, const struct tape_node *n)
{
	if (n->id == 0 || n->id >= TAPE_NODES_MAX)
		return;
	if (s->pages[n->id >> PAGE_BITS] == NULL)
		make_page(s, n->id >> PAGE_BITS);
	*node_at(s, n->id) = (struct tapestacks_node){
		.pc = n->pc,
		.parent = n->parent,
		.module = n->module,
		.flags = n->flags,
	};
}

void
tapestacks_add_module(struct tapestacks *s, const struct tape_module *x)
{
	char *path = alloc_text(x->path, x->path_len);
	const char *slash = strrchr(path, '/');
	char id[2 * sizeof(x->build_id) + 1] = "";

	for (unsigned i = 0; i < x->build_id_len; i++)
		snprintf(id + 2 * (size_t)i, 3, "%02x", x->build_id[i]);
	s->modules = alloc_room(s->modules, s->n_modules, &s->c_modules,
	    sizeof(*s->modules));
	s->modules[s->n_modules++] = (struct tapestacks_module){
		.number = x->number,
		.bias = x->bias,
		.module = model_module(s->m, slash != NULL ? slash + 1 : path,
		    path, id),
	};
	free(path);
}

static uint32_t
frame_of(struct tapestacks *s, const struct tapestacks_node *n)
{
	struct frame f = { .addr = n->pc };

	for (size_t i = s->n_modules; n->module != 0 && i-- > 0;) {
		if (s->modules[i].number != n->module)
			continue;
		f.module = s->modules[i].module;
		f.addr = n->pc - s->modules[i].bias;
		break;
	}
	return model_frame(s->m, &f);
}

/* The node with that number, when the tape has it. */
static struct tapestacks_node *
find(const struct tapestacks *s, uint32_t id)
{
	struct tapestacks_node *x = node_at(s, id);

	return x != NULL && x->pc != 0 ? x : NULL;
}

/* Climbs to an ancestor that is known, then enters those below it.  A chain
 * that is longer than any stack goes round in circles: it is damaged. */
uint32_t
tapestacks_get(struct tapestacks *s, uint32_t id)
{
	struct tapestacks_node *chain[CHAIN_MAX], *x = find(s, id);
	uint32_t node = 0;
	size_t n = 0;
	bool cut = false;

	for (; x != NULL; x = find(s, x->parent)) {
		if (x->model_node != 0) {
			node = x->model_node;
			if (n == 0)
				return node;
			cut = s->m->nodes[node].cut;
			break;
		}
		if (n == CHAIN_MAX)
			return 0;
		cut = x->flags & TAPE_NODE_CUT;
		chain[n++] = x;
	}
	while (n-- > 0) {
		node = model_node(s->m, node, frame_of(s, chain[n]));
		s->m->nodes[node].cut |= cut;
		chain[n]->model_node = node;
	}
	return node;
}
