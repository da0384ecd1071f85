/*
 * life - the last reports, once, on every way out that can be seen.
 *
 * Memory   static.
 * Threads  the first thread that leaves reports; others that leave meanwhile
 *          wait for it, for a bounded time.
 * Fork     the child's reports are its own.
 */
#ifndef DIAG_PRELOAD_LIFE_H
#define DIAG_PRELOAD_LIFE_H

#include <stdbool.h>

#include "common/base/attrs.h"

enum way_out {
	WAY_RETURN, WAY_QUICK_EXIT, WAY__EXIT, WAY_SIGNAL, WAY_EXEC
};

/* This process's reports are due from now on, at its end. */
void life_begin(void);

/* The last reports, once; safe to call from every way out.  After a failed
 * exec, life_go_on() makes the next way out report again. */
void life_end(enum way_out way);
void life_go_on(void);

/* True in the process that the constructor (or a fork's child handler) saw:
 * false in a vfork child or a raw clone, which share our memory. */
SIGNAL_SAFE bool life_is_mine(void);

/* The last reports are made now, and none at the end: nothing is asked of the
 * kernel any more. */
void life_stop(void);

void life_after_fork_child(void);

#endif
