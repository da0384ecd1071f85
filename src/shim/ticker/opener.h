/*
 * opener - reads files without the host seeing a descriptor.
 *
 * open() takes the lowest free number; another thread of the host that opens
 * something in that moment would get a number it would not have got.  So the
 * file is opened by a helper thread that shares everything but our descriptors,
 * and that lives only while this thread waits for it.  (A helper process would
 * be a child, and a host that waits with __WALL would meet it.)  Before main
 * there is nobody to see it, and the file is opened here.
 *
 * Memory   a stack for the helper, unmapped afterwards.
 * Threads  any; the caller waits a few milliseconds for a large file.
 * Fork     nothing to do.
 */
#ifndef DIAG_TICKER_OPENER_H
#define DIAG_TICKER_OPENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/base/attrs.h"

/* What is to be done; it has descriptors of its own, a stack of 64 KiB, and no
 * thread-local storage. */
typedef void (*opener_fn)(void *arg);

/* Runs @work(@arg) and waits for its end; false when nothing is opened any
 * more, or there is no memory.  @alone: no other thread of the host runs
 * yet. */
IN_HOOK bool opener_run(opener_fn work, void *arg, bool alone);

/* Was thread @tid of this process one of the last helpers? */
SIGNAL_SAFE bool opener_is_helper(pid_t tid);

/* The host is about to forbid system calls: nothing is opened any more. */
SIGNAL_SAFE void opener_close_for_good(void);
SIGNAL_SAFE bool opener_is_closed(void);

#endif
