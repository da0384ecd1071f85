/*
 * calltree - stacks merged by the names of their functions, from the outside.
 *
 * Memory   owned until calltree_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_CALLTREE_H
#define DIAG_REPORT_CALLTREE_H

#include <stddef.h>
#include <stdint.h>

#include "tool/base/index.h"
#include "tool/report/report.h"

struct call {
	uint32_t function;	/* a string of the model */
	uint32_t file;
	unsigned line;		/* of the call inside it, the last seen */
	uint32_t parent, child, next;	/* 0: none */
	uint64_t value;		/* with everything that it calls */
};

/* calls[0] is the root, which stands for all. */
struct calltree {
	struct call *calls;
	size_t n, cap;
	struct index index;
	unsigned depth;		/* of the deepest call */
};

/* The groups of @r by its key, as a tree; children are sorted, the largest
 * first. */
void calltree_build(struct calltree *t, struct report *r);
void calltree_drop(struct calltree *t);

#endif
