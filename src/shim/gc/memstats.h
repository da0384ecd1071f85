/*
 * memstats - Go's MemStats of a native heap, and where the RSS went.
 *
 * Memory   static buffers.
 * Threads  the ticker, or the exiting thread.
 * Fork     nothing kept.
 */
#ifndef DIAG_GC_MEMSTATS_H
#define DIAG_GC_MEMSTATS_H

#include "common/base/attrs.h"
#include "common/options/options.h"

int memstats_start(const struct options *opt);
/* From here on as @opt says. */
DETACHED int memstats_change(const struct options *opt);
void memstats_dump(void);
/* The dump at exit when memstats=exit. */
void memstats_final(void);

#endif
