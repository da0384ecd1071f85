/*
 * leaks - what was never freed, by the stack that allocated it.
 *
 *	leaks: 5816 bytes in 12 blocks never freed, 3 stacks; 1048576
 *	    allocations, 1048564 frees, peak 66.1 MB @3.2s	(one line)
 *	leak 1: 4096 bytes in 1 block, oldest @0.120s
 *
 * "Never freed" is what it says: blocks that the program, libc or the loader
 * still hold on purpose at the end are counted as well.  Sizes are those the
 * host asked for.  Only traced blocks count (minsize, maxsize, sample), and in
 * a forked child only its own.  The blocks and the allocations are counted,
 * the frees are their difference.
 *
 * The peak is exact while one thread allocates; with more, each holds back
 * a 1024th of the sum at most before it adds to it, and the peak is marked ~.
 *
 * Memory   at the report, 76 bytes of address space per known stack.
 * Threads  any number count; one reports.
 * Fork     leaks_after_fork_child() starts the child's counts from 0.
 */
#ifndef DIAG_ALLOC_LEAKS_H
#define DIAG_ALLOC_LEAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/alloc/tracer.h"

/* Adds @bytes, which may be negative, to what lives; @tick is now. */
IN_HOOK void leaks_add(struct tracer *tr, int64_t bytes, uint64_t tick);
/* The same from a signal handler that interrupted the tracer. */
SIGNAL_SAFE void leaks_add_nested(int64_t bytes);

struct leaks_ask {
	unsigned groups;	/* at most so many are listed */
	uint64_t born;		/* older blocks are a parent's */
	bool scan;		/* tell what is lost from what is reachable */
	const char *blind;	/* why that cannot be told; or NULL */
};
/* Writes the summary. */
void leaks_report(const struct leaks_ask *ask);

void leaks_after_fork_child(void);
/* What lives now does not count from here on; threads may be adding. */
DETACHED void leaks_begin_anew(void);

#endif
