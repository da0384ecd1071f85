/*
 * leakkernel - pointers that the program gave to the kernel, which gives them
 * back: the data of an epoll's descriptors, the values of timers, the calling
 * thread's signal stack and segment, and memory that may not be read as it is
 * now.  A block that only such a one points to is in use.
 *
 * Memory   the caller's list.
 * Threads  the one that writes the last report, and its helper.
 * Fork     nothing to do.
 */
#ifndef DIAG_ALLOC_LEAKKERNEL_H
#define DIAG_ALLOC_LEAKKERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum { LEAKKERNEL_WORDS = 1 << 20 };

struct leakkernel {
	uint64_t *word;		/* LEAKKERNEL_WORDS of them */
	size_t n;
	uint64_t deadline_ns;
	bool cut;		/* there were more, or it took too long */
};

/* Adds the signal stack of the calling thread, which is the host's, and where
 * its register GS points to. */
void leakkernel_see_thread(struct leakkernel *k);

/* Adds what /proc tells; for a helper with descriptors of its own. */
DETACHED void leakkernel_see_process(struct leakkernel *k);
/* Adds what may be pointers to blocks between @start and @end, which the
 * program protected against itself; @mem is /proc/thread-self/mem. */
DETACHED void leakkernel_see_closed(struct leakkernel *k, int mem,
    uint64_t start, uint64_t end);

#endif
