/*
 * nearest - which name did they mean?
 *
 * Memory   the stack.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_OPTIONS_NEAREST_H
#define DIAG_OPTIONS_NEAREST_H

#include <stddef.h>

/* How many letters must be typed, left out, changed or swapped with their
 * neighbour to make @b of the @len bytes at @a; case does not count.  What is
 * longer than OPTION_NAME_MAX is far from everything. */
unsigned nearest_distance(const char *a, size_t len, const char *b);

/* Keeps the best of several candidates. */
struct nearest {
	const char *typed;
	size_t len;
	const char *name;	/* the best so far that is near enough */
	unsigned distance;
};

/* Takes @candidate if it is nearer than what was offered before. */
void nearest_offer(struct nearest *n, const char *candidate);

#endif
