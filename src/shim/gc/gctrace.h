/*
 * gctrace - a line per heap cycle: purge, growth, forced, exit.
 *
 * Memory   static.
 * Threads  its job runs on the ticker; the last line on the exiting thread.
 * Fork     cycles in the child count from 1 again.
 */
#ifndef DIAG_GC_GCTRACE_H
#define DIAG_GC_GCTRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/options/options.h"

int gctrace_start(const struct options *opt);
/* From here on as @opt says.  Objects must have been counted since the start of
 * the process (ARMED_COUNT). */
DETACHED int gctrace_change(const struct options *opt);
/* The exit line, when anything happened since the last one. */
void gctrace_final(void);
void gctrace_after_fork_child(void);

/* The figures of the cycles so far, for MemStats. */
struct gc_figures {
	uint64_t cycles, forced, goal, last_wall_ns, app_ns, cpu_ns;
	uint64_t late_ns;	/* of the process's time, before it was on */
	uint64_t pause_ns[256], pause_end_ns[256];	/* ring, newest first */
};
/* False when gctrace is off: then they are all 0. */
bool gctrace_figures(struct gc_figures *out);

#endif
