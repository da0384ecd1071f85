/*
 * tapestacks - the stacks and modules of a tape, as those of a model.
 *
 * A node may stand in any chunk, before or after its parent; so all are
 * gathered first and joined when they are asked for.
 *
 * Memory   owned until tapestacks_drop(); 24 bytes a node.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_TAPESTACKS_H
#define DIAG_REPORT_TAPESTACKS_H

#include <stdint.h>

#include "common/tape/tape.h"
#include "tool/report/model.h"

struct tapestacks {
	struct model *m;
	uint64_t limit;			/* no number is larger */
	struct tapestacks_node *nodes;	/* by number */
	size_t n_nodes;
	struct tapestacks_module *modules;
	size_t n_modules, c_modules;
};

/* @limit: numbers above it are damage. */
void tapestacks_start(struct tapestacks *s, struct model *m, uint64_t limit);
void tapestacks_drop(struct tapestacks *s);

void tapestacks_add_node(struct tapestacks *s, const struct tape_node *n);
void tapestacks_add_module(struct tapestacks *s, const struct tape_module *x);

/* The model's node of the tape's @id; 0 when the tape does not have it. */
uint32_t tapestacks_get(struct tapestacks *s, uint32_t id);

#endif
