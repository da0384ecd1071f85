/*
 * fullness - for how long all workers of a pool were busy at once.
 *
 * A worker tells only that it was idle, and afterwards, when it has work
 * again: a pool that never runs dry costs nothing here.  So a time that looks
 * full may be found not to be; such times are kept as spans until somebody
 * knows since when the workers that are idle now have been so, and folds them
 * into the sum.
 *
 * Memory   the caller's.
 * Threads  one at a time: the pool's lock.
 * Fork     none.
 */
#ifndef DIAG_SCHED_FULLNESS_H
#define DIAG_SCHED_FULLNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum { FULLNESS_SPANS = 48 };

struct fullness_span {
	uint64_t from, to;
};

/* All in ticks. */
struct fullness {
	uint64_t total;		/* full until @from */
	uint64_t from;		/* when it was folded last */
	uint64_t until;		/* what came after is not known so far */
	uint64_t streak;	/* full without a gap until @from, since when;
				 * 0: not full then */
	unsigned spans;
	struct fullness_span span[FULLNESS_SPANS];
};

/* Nothing is known of the time before @now. */
void fullness_begin(struct fullness *f, uint64_t now);
/* A worker was idle from @from to @to. */
IN_HOOK void fullness_idle(struct fullness *f, uint64_t from, uint64_t to);
/* There is little room left: fold soon. */
static inline bool
fullness_is_crowded(const struct fullness *f)
{
	return f->spans + 2 > FULLNESS_SPANS;
}
/* Of the workers that are idle at @now the first has been so since
 * @idle_since; UINT64_MAX: none is. */
IN_HOOK void fullness_fold(struct fullness *f, uint64_t now,
    uint64_t idle_since);

#endif
