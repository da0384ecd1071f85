/*
 * unload - no code goes away while the diag thread looks at it.
 *
 * To walk another thread's stack is to read the unwind tables of the code that
 * it is in; the thread may wake up, return from that code and have it
 * unloaded.  So dlclose() waits for a walk that goes on (some microseconds),
 * and no walk begins while something is being unloaded.
 *
 * Memory   static.
 * Threads  one diag thread holds; any number unload.
 * Fork     unload_after_fork_child().
 */
#ifndef DIAG_TASKS_UNLOAD_H
#define DIAG_TASKS_UNLOAD_H

#include <stdbool.h>

#include "common/base/attrs.h"

/* Around the host's dlclose(). */
void unload_begin(void);
void unload_end(void);

/* False: something is being unloaded, leave it.  True: be quick, then
 * release. */
DETACHED bool unload_hold(void);
DETACHED void unload_release(void);

void unload_after_fork_child(void);

#endif
