/*
 * snapshot - how the process is at this moment: MemStats, SCHED line with every
 * thread, live blocks by stack when they are followed.  What signal= and
 * "diag ctl PID report" ask for.
 *
 * Memory   that of the traces.
 * Threads  the diag thread.
 * Fork     nothing kept.
 */
#ifndef DIAG_SERVE_SNAPSHOT_H
#define DIAG_SERVE_SNAPSHOT_H

#include "common/base/attrs.h"

DETACHED void snapshot_print(void);

#endif
