/*
 * mend - what a handler of the host's leaves behind when it jumps out of us.
 *
 * A handler may interrupt the recording of an allocation and leave with
 * siglongjmp(), or by throwing an exception.  The scope of the hook is then
 * found to be left (shim/state/state.h), and here is what has to be done about
 * it: locks are given back, half-written records and half-walked stacks are
 * thrown away.  Locks that are not mended here are only held with all signals
 * blocked.
 *
 * Memory   none.
 * Threads  any; only the calling thread's own things are touched.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_MEND_H
#define DIAG_PRELOAD_MEND_H

/* From here on left scopes are found. */
void mend_start(void);

#endif
