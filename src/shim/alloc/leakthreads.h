/*
 * leakthreads - what of the threads' memory holds no pointers of the host's:
 * stacks of threads that are gone, which libc keeps for the next ones, and our
 * own thread-local storage.
 *
 * Libc's control blocks lie at the end of their threads' stacks and say where
 * they are; what else is known of their insides is checked with the calling
 * thread's own.
 *
 * Memory   a list of gaps, given back by leakthreads_end().
 * Threads  the one that writes the last report.
 * Fork     nothing to do.
 */
#ifndef DIAG_ALLOC_LEAKTHREADS_H
#define DIAG_ALLOC_LEAKTHREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* What is not read. */
struct leakgap {
	uint64_t start, end;
};

struct leakthreads {
	struct leakgap *gap;	/* by address */
	size_t n;
	uint64_t self;		/* the calling thread's control block */
	uint64_t tls, tls_size;	/* ours, so far below a control block */
	uint64_t first_end;	/* of the first thread's stack, if it ended */
};

/* False when there is no memory. */
bool leakthreads_begin(struct leakthreads *t);
void leakthreads_end(struct leakthreads *t);

/* Are the insides of control blocks what they were when this was written? */
bool leakthreads_are_known(const struct leakthreads *t);

/* Looks for control blocks in [@start, @end), part of a mapping that begins at
 * @mapping, and adds what belongs to nobody.  Called in the order of
 * addresses. */
void leakthreads_find(struct leakthreads *t, uint64_t start, uint64_t end,
    uint64_t mapping);

/* Adds [@start, @end). */
void leakthreads_leave_out(struct leakthreads *t, uint64_t start,
    uint64_t end);

/* Where the stack of the thread with its control block at @at begins, above
 * the guard; 0 when that is not told.  Of the first thread libc knows where
 * its stack was when it began: @first, else 0. */
uint64_t leakthreads_stack(uint64_t at, uint64_t *first);

#endif
