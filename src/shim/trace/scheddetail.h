/*
 * scheddetail - the T lines: every thread, the busiest first, and those that
 * wait alike as one.
 *
 * Memory   a mapped list of pointers, one a thread.
 * Threads  the diag thread alone.
 * Fork     nothing kept but room.
 */
#ifndef DIAG_TRACE_SCHEDDETAIL_H
#define DIAG_TRACE_SCHEDDETAIL_H

#include <stddef.h>

#include "common/base/attrs.h"
#include "shim/trace/lines.h"
#include "shim/trace/tasks.h"

enum {
	DETAIL_LINES = 256,	/* T lines at most */
	DETAIL_ALONE = 64,	/* up to so many threads, nobody is grouped */
};

/* Prints the lines of the threads that the last look met. */
DETACHED void scheddetail_print(struct lines *to, const struct tasks_look *l);

/* "worker-12" is of the family "worker-": the length of what is left of @name
 * without the digits at its end. */
size_t scheddetail_stem(const char *name);

/* What a thread in state S or D is blocked in, by the kernel's numbers: writes
 * "read(5)", "futex(0x55d0c8)". */
void scheddetail_syscall(struct buf *b, long nr, uint64_t first);

#endif
