/*
 * tapefile - the file of a tape: space in it, mapped, for the threads that
 * record.
 *
 * The file grows by extents whose blocks are allocated before they are used
 * (fallocate), so a full disk is an error code here and never a SIGBUS there.
 * What is written to a chunk is in the kernel's page cache at once: it
 * outlives the process, however that ends.
 *
 * A thread does not go from one mapped chunk to the next: each new page of a
 * file costs a fault, 2 to 15 us.  When its chunk is as large as they get, its
 * bytes are appended to the file by one call (1 us a page), and the chunk is
 * used again, at the place where it was.
 *
 * Memory   shared mappings of the file: the header, and each chunk in use.
 * Threads  any; one lock around growth, taken once per chunk; no call that
 *          copies is made under it.
 * Fork     the child must not write to its parent's tape: see recorder.h.
 */
#ifndef DIAG_ALLOC_TAPEFILE_H
#define DIAG_ALLOC_TAPEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/tape/tape.h"

/* Makes the file @path (or, when it exists, @path.1 ... @path.99: a tape is
 * never overwritten) and maps its header, which the caller fills.  0 or a
 * negative errno.  tapefile_begin() makes it the file of tape @number. */
int tapefile_open(const char *path, uint64_t max_bytes);
void tapefile_begin(uint32_t number);

/* The header while a file is open, else NULL. */
SIGNAL_SAFE struct tape_header *tapefile_header(void);
/* The path of the file that was made. */
const char *tapefile_path(void);

/* Gives @want bytes (whole units) of zeros in the file of tape @number, fewer
 * when the file is about to end; *@got says how many.  NULL: no more, and why
 * is in the header's state; or another tape has begun. */
IN_HOOK void *tapefile_take(uint32_t number, size_t want, size_t *got);
/* Puts a copy of the @size bytes at @p at the file's end; false, and nothing
 * but zeros there, when that is not possible. */
IN_HOOK bool tapefile_append(uint32_t number, const void *p, size_t size);
/* The chunk at @p is written. */
IN_HOOK void tapefile_give(void *p, size_t size);

/* Ends the file with @state: gives back what was allocated and not used.
 * Mapped chunks stay mapped: other threads may be writing still. */
IN_HOOK void tapefile_end(enum tape_state state);
/* A forked child lets go of its parent's file. */
void tapefile_forget(void);

#endif
