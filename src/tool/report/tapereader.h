/*
 * tapereader - a tape (diag-tape(5)) into a model.
 *
 * Chunks belong to threads and are mixed in the file; events are put in the
 * order of their time by merging the threads.
 *
 * Memory   the file is mapped, and of a tape that was not ended each thread's
 *          last chunk copied; 32 bytes a chunk, 24 a stack node.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_TAPEREADER_H
#define DIAG_REPORT_TAPEREADER_H

#include <stdbool.h>

#include "tool/report/model.h"
#include "tool/report/readnotes.h"

/* True when the file at @path begins as a tape does. */
bool tapereader_is_tape(const char *path);

/* Reads the tape at @path.  0, or a negative errno; damage is noted. */
int tapereader_read(struct model *m, const char *path,
    struct readnotes *notes);

#endif
