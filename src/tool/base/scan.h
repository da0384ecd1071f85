/*
 * scan - what is left of a line, and what can be taken off its front.
 *
 * Memory   results point into the line.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_TOOL_SCAN_H
#define DIAG_TOOL_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan {
	const char *at, *end;
};

/* Takes @word off.  False, and nothing is taken, when it is not there. */
bool scan_take(struct scan *s, const char *word);

bool scan_is_digit(const struct scan *s);
bool scan_is_at_end(const struct scan *s);

/* How much is left. */
size_t scan_len(const struct scan *s);

#endif
