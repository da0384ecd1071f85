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

struct readnotes {
	uint64_t no_stack;	/* events whose stack is not in the file */
	uint64_t lost;		/* events or records it says were dropped */
	bool cut;		/* it ends before the process did */

	/* A log. */
	uint64_t lines, ours;
	uint64_t broken;	/* lines that begin as ours and are not */
	uint64_t gc_lines, sched_lines;
	char *worst_sched;	/* the SCHED line with the longest delay */
	uint64_t worst_delay_ms;
	char *last_gc;
	bool told;		/* there is a leak summary */
	uint64_t told_bytes, told_blocks;

	/* A tape. */
	bool is_tape;
	char program[64];
	int pid;
	uint64_t chunks;
	uint64_t damaged;	/* chunks with bytes that are no record */
	const char *ending;	/* how the recording ended */
	int error;		/* errno that ended it, or 0 */
	bool no_clock;		/* times are a guess */
	uint64_t sample, minsize, maxsize;
};

void readnotes_drop(struct readnotes *n);

#endif
