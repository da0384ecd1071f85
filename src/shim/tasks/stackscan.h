/*
 * stackscan - the outer frames of a thread that runs, by what its stack shows.
 *
 * Of a running thread the kernel tells no registers.  But the outer end of its
 * stack is known: the return into libc's thread start, which never goes away
 * while the thread lives.  From there inward, each call of a function left its
 * return address at a distance that the function's unwind rule confirms; the
 * last call that a function made is there to be read.  What cannot be told is
 * whether that call has returned: so the frames are those that a few looks, a
 * moment apart, agree on, and a place that is said from them is an estimate.
 *
 * Memory   that of shim/tasks/stackcopy.
 * Threads  the diag thread alone; stackscan_root() anybody.
 * Fork     nothing kept but the roots, which stay true.
 */
#ifndef DIAG_TASKS_STACKSCAN_H
#define DIAG_TASKS_STACKSCAN_H

#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/thread.h"

enum { STACKSCAN_FRAMES = 16 };

/* A new thread's start routine returns to @pc. */
void stackscan_root(uintptr_t pc);

/* Fills @pc with return addresses, outermost first; 0 when nothing is known,
 * or not every look saw the same. */
DETACHED unsigned stackscan(const struct thread *t,
    uint64_t pc[STACKSCAN_FRAMES]);

#endif
