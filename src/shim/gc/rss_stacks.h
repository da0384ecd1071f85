/*
 * rss_stacks - which mappings are stacks of threads.
 *
 * The thread registry knows an address or the bounds of each thread's stack;
 * sorted, they answer for a mapping whether a thread's stack is in it.
 *
 * Memory   a mapped table that grows with the number of threads.
 * Threads  one at a time, the diag thread or an exiting one.
 * Fork     collected again at the next look.
 */
#ifndef DIAG_GC_RSS_STACKS_H
#define DIAG_GC_RSS_STACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* Asks the registry again. */
DETACHED void rss_stacks_collect(void);
/* True when a thread's stack lies in [@start, @end). */
bool rss_stacks_in(uint64_t start, uint64_t end);
/* True when the stack of every thread of the host is known. */
bool rss_stacks_all_known(void);

#endif
