/*
 * schedtrace - SCHED lines, POOL lines and T lines each period.
 *
 * Memory   mapped tables that grow with the number of threads.
 * Threads  its job runs on the ticker.
 * Fork     the child starts over.
 */
#ifndef DIAG_SCHEDTRACE_SCHEDTRACE_H
#define DIAG_SCHEDTRACE_SCHEDTRACE_H

#include "common/options/options.h"

int schedtrace_start(const struct options *opt);
/* From here on as @opt says.  The first time that this turns the lines on, what
 * waits already is not known: see pools_begin_late(). */
DETACHED int schedtrace_change(const struct options *opt);
/* One SCHED line with detail now (the signal). */
void schedtrace_now(void);
void schedtrace_after_fork_child(void);

#endif
