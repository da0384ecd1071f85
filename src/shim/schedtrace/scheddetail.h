/*
 * scheddetail - the T lines: every thread, the busiest first, and those that
 * wait alike as one.
 *
 * Memory   a mapped list of pointers, one a thread.
 * Threads  the diag thread alone.
 * Fork     nothing kept but room.
 */
#ifndef DIAG_SCHEDTRACE_SCHEDDETAIL_H
#define DIAG_SCHEDTRACE_SCHEDDETAIL_H

#include "common/base/attrs.h"
#include "shim/tasks/tasks.h"
#include "shim/ticker/lines.h"

enum {
	DETAIL_LINES = 256,	/* T lines at most */
	DETAIL_ALONE = 64,	/* up to so many threads, nobody is grouped */
};

/* Prints the lines of the threads that the last look met. */
DETACHED void scheddetail_print(struct lines *to, const struct tasks_look *l);

#endif
