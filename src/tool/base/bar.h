/*
 * bar - how far a long reading is, on a terminal.
 *
 * Memory   the caller's.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TOOL_BAR_H
#define DIAG_TOOL_BAR_H

#include <stdbool.h>
#include <stdint.h>

struct bar {
	uint64_t size;
	bool on;
	unsigned shown;		/* percent */
};

/* Nothing is shown for less than a few seconds of reading, nor when stderr is
 * not a terminal. */
void bar_start(struct bar *b, uint64_t size);
void bar_show(struct bar *b, uint64_t done);
void bar_end(struct bar *b);

#endif
