/*
 * tapestacks - the stacks and modules of a tape, as those of a model.
 */
#include "tool/report/tapestacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

enum { NODES_FIRST = 4096, CHAIN_MAX = 1024 };

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
tapestacks_start(struct tapestacks *s, struct model *m, uint64_t limit)
{
	*s = (struct tapestacks){ .m = m, .limit = limit };
}

void
tapestacks_drop(struct tapestacks *s)
{
	free(s->nodes);
	free(s->modules);
	*s = (struct tapestacks){ 0 };
}

static void
make_room(struct tapestacks *s, uint32_t id)
{
	struct tapestacks_node *old = s->nodes;
	size_t n = s->n_nodes > 0 ? s->n_nodes : NODES_FIRST;

	while (n <= id)
		n *= 2;
	s->nodes = alloc_zeroed(n, sizeof(*s->nodes));
	if (old != NULL)
		memcpy(s->nodes, old, s->n_nodes * sizeof(*old));
	s->n_nodes = n;
	free(old);
}

void
tapestacks_add_node(struct tapestacks *s, const struct tape_node *n)
{
	if (n->id == 0 || n->id > s->limit)
		return;
	if (n->id >= s->n_nodes)
		make_room(s, n->id);
	s->nodes[n->id] = (struct tapestacks_node){
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

static bool
is_there(const struct tapestacks *s, uint32_t id)
{
	return id < s->n_nodes && s->nodes[id].pc != 0;
}

/* Climbs to an ancestor that is known, then enters those below it.  A chain
 * that is longer than any stack goes round in circles: it is damaged. */
uint32_t
tapestacks_get(struct tapestacks *s, uint32_t id)
{
	uint32_t chain[CHAIN_MAX];
	uint32_t node = 0;
	size_t n = 0;
	bool cut = false;

	if (is_there(s, id) && s->nodes[id].model_node != 0)
		return s->nodes[id].model_node;
	for (uint32_t at = id; is_there(s, at); at = s->nodes[at].parent) {
		if (s->nodes[at].model_node != 0) {
			node = s->nodes[at].model_node;
			cut = s->m->nodes[node].cut;
			break;
		}
		if (n == CHAIN_MAX)
			return 0;
		cut = s->nodes[at].flags & TAPE_NODE_CUT;
		chain[n++] = at;
	}
	while (n-- > 0) {
		struct tapestacks_node *x = &s->nodes[chain[n]];

		node = model_node(s->m, node, frame_of(s, x));
		s->m->nodes[node].cut |= cut;
		x->model_node = node;
	}
	return node;
}
