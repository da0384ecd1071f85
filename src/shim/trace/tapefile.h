/*
 * tapefile - the file of a tape: space in it, mapped, for the threads that
 * record.
 *
 * The file grows by extents whose blocks are allocated before they are mapped
 * (fallocate), so a full disk is an error code here and never a SIGBUS there.
 * What is written to a chunk is in the kernel's page cache at once: it
 * outlives the process, however that ends.
 *
 * Memory   shared mappings of the file: the header, and each chunk in use.
 * Threads  any; one lock around growth, taken once per chunk.
 * Fork     the child must not write to its parent's tape: see recorder.h.
 */
#ifndef DIAG_TRACE_TAPEFILE_H
#define DIAG_TRACE_TAPEFILE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/tape/tape.h"

/* Makes the file @path (or, when it exists, @path.1 ... @path.99: a tape is
 * never overwritten) and maps its header, which the caller fills.  0 or a
 * negative errno. */
int tapefile_open(const char *path, uint64_t max_bytes);

/* The header while a file is open, else NULL. */
SIGNAL_SAFE struct tape_header *tapefile_header(void);
/* The path of the file that was made. */
const char *tapefile_path(void);

/* Gives @want bytes (whole units) of zeros in the file, fewer when the file
 * is about to end; *@got says how many.  NULL: no more, and why is in the
 * header's state. */
IN_HOOK void *tapefile_take(size_t want, size_t *got);
/* The chunk at @p is written. */
IN_HOOK void tapefile_give(void *p, size_t size);

/* Ends the file with @state: gives back what was allocated and not used.
 * Mapped chunks stay mapped: other threads may be writing still. */
IN_HOOK void tapefile_end(enum tape_state state);
/* A forked child lets go of its parent's file. */
void tapefile_forget(void);

#endif
