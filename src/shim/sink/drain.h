/*
 * drain - from the buffers to the descriptor.
 *
 * Holds the output lock, with all signals blocked, while it writes.  A reader
 * that does not keep up is waited for as long as it has earned by what it
 * took: 250 us a record, never more than SINK_PATIENCE_MS at once.
 *
 * Memory   static.
 * Threads  any; one writes at a time.
 * Fork     drain_after_fork_child().
 */
#ifndef DIAG_SINK_DRAIN_H
#define DIAG_SINK_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum drain_when {
	DRAIN_IF_FREE,	/* not while somebody else does, nor after a failure */
	DRAIN_SOON,	/* not right after a failure */
	DRAIN_NOW	/* in any case; host threads are patient with a reader
			 * that goes on reading, for they may be the last */
};

/* The file of log= (logfile_name() was called), or stderr as it is now; 0 or
 * -errno.  With @keep, host threads keep a hidden descriptor.  A file that has
 * @max bytes already (0: never) gives -EFBIG. */
int drain_open_log(bool keep, uint64_t max);
int drain_open_stderr(bool keep);

/* The output ends at @max bytes (0: never); @prefix goes before the line that
 * says so; @drop is told about the records that are lost by it. */
void drain_limit(uint64_t max, const char *prefix, void (*drop)(uint64_t));

/* Writes out both buffers.  False when something is left. */
IN_HOOK bool drain(enum drain_when when);

/* True when the limit is reached: nothing is written any more. */
SIGNAL_SAFE bool drain_is_over(void);
/* The process ends: waits for a write in flight and lets none begin. */
SIGNAL_SAFE void drain_close(void);
/* It did not end. */
void drain_reopen(void);

/* Why nothing can be written now: -errno, or 0; and in words. */
SIGNAL_SAFE int drain_failure(void);
SIGNAL_SAFE const char *drain_reason(int err);

/* The diag thread, with its own table of descriptors: keeps the output in it,
 * closes the rest. */
DETACHED void drain_adopt(void);

/* True when the diag thread of a forked child holds a pipe or a terminal that
 * a daemon may let go of at any time. */
bool drain_must_let_go(void);

/* True when what is written goes through a pipe or a socket. */
SIGNAL_SAFE bool drain_is_stream(void);

void drain_after_fork_child(void);

#endif
