/*
 * tapestacks - the stacks and modules of a tape, as those of a model.
 *
 * A node may stand in any chunk, before or after its parent; so all are
 * gathered first and joined when they are asked for.
 *
 * Memory   owned until tapestacks_drop(); 24 bytes a node, in pages of 64, and
 *          address space for pointers to two million pages.
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
	struct tapestacks_node **pages;	/* by number; NULL: none near it */
	uint32_t *used;			/* the numbers of those there are */
	size_t n_used, c_used;
	struct tapestacks_module *modules;
	size_t n_modules, c_modules;
};

void tapestacks_start(struct tapestacks *s, struct model *m);
void tapestacks_drop(struct tapestacks *s);

void tapestacks_add_node(struct tapestacks *s, const struct tape_node *n);
void tapestacks_add_module(struct tapestacks *s, const struct tape_module *x);

/* The model's node of the tape's @id; 0 when the tape does not have it. */
uint32_t tapestacks_get(struct tapestacks *s, uint32_t id);

#endif
