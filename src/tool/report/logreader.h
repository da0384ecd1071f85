/*
 * logreader - a text log into a model.
 *
 * Memory   the model's, and the frames of the record being read.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_LOGREADER_H
#define DIAG_REPORT_LOGREADER_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/report/model.h"

/* What was found besides events, and what could not be read. */
struct logreader_notes {
	uint64_t lines, ours;
	uint64_t broken;	/* lines that begin as ours and are not */
	uint64_t no_stack;	/* events whose stack is not in the log */
	bool cut;		/* the log ends inside a record */
	uint64_t gc_lines, sched_lines;
	uint64_t lost;		/* records the log says were dropped */
	char *worst_sched;	/* the SCHED line with the longest delay */
	uint64_t worst_delay_ms;
	char *last_gc;
	bool told;		/* there is a leak summary */
	uint64_t told_bytes, told_blocks;
};

/* Reads the log at @path ("-": standard input).  0, or a negative errno when
 * it cannot be opened or read on; what was read before is in the model. */
int logreader_read(struct model *m, const char *path,
    struct logreader_notes *notes);
void logreader_notes_drop(struct logreader_notes *notes);

#endif
