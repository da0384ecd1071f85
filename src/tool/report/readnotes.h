/*
 * readnotes - what a reader found besides events, and could not read.
 *
 * Memory   owned until readnotes_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_READNOTES_H
#define DIAG_REPORT_READNOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/timeline/timeline.h"

struct readnotes {
	const char *why;	/* it could not be read; or NULL: see errno */
	uint64_t no_stack;	/* events whose stack is not in the file */
	uint64_t lost;		/* events or records it says were dropped */
	bool cut;		/* it ends before the process did */

	/* A log. */
	bool unpacked_part;	/* gzip wrote it, and it is cut or changed */
	uint64_t lines, ours;
	uint64_t broken;	/* lines that begin as ours and are not */
	struct timeline timeline;	/* its SCHED, POOL and gc lines */
	bool told;		/* there is a leak summary */
	uint64_t told_bytes, told_blocks;
	uint64_t told_allocs;	/* how many allocations they are of */
	bool scanned;		/* and it says what is still pointed to */
	char blind[64];		/* why it does not; "" when it does */
	uint64_t untold;	/* programs that came next and told nothing */
	uint64_t beside;	/* threads that went on meanwhile */

	/* A tape. */
	bool is_tape;
	char program[64];
	int pid;
	int parent_pid;		/* of a forked child; else 0 */
	int64_t recorded_s;	/* its end, since 1970 */
	uint64_t chunks;
	uint64_t damaged;	/* chunks with bytes that are no record */
	uint64_t changed;	/* chunks that have not the sum they had */
	bool changed_header;	/* nor has the header */
	uint64_t missing_chunks;	/* places where some must have been */
	uint64_t missing_bytes;	/* at its end */
	const char *ending;	/* how the recording ended */
	int error;		/* errno that ended it, or 0 */
	bool no_clock;		/* times are a guess */
	uint64_t sample, minsize, maxsize;
	bool free_calls;	/* of a free it has the call alone, */
	bool free_nothing;	/* or nothing */
};

void readnotes_drop(struct readnotes *n);

#endif
