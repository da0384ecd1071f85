/*
 * boot - the order of life: constructor, arming, last reports.
 *
 * Memory   none of its own.
 * Threads  the constructor runs on the first thread.
 * Fork     see fork.c.
 */
#ifndef DIAG_PRELOAD_BOOT_H
#define DIAG_PRELOAD_BOOT_H

#include <stdbool.h>

#include "common/base/attrs.h"

enum way_out {
	WAY_RETURN, WAY_QUICK_EXIT, WAY__EXIT, WAY_SIGNAL, WAY_EXEC
};

/* The last reports, once; safe to call from every way out.  After a failed
 * exec, life_go_on() makes the next way out report again. */
void life_end(enum way_out way);
void life_go_on(void);

/* True in the process that the constructor (or a fork's child handler) saw:
 * false in a vfork child or a raw clone, which share our memory. */
SIGNAL_SAFE bool life_is_mine(void);

#endif
