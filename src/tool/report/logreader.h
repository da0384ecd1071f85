/*
 * logreader - a text log into a model.
 *
 * Memory   the model's, and the frames of the record being read.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_LOGREADER_H
#define DIAG_REPORT_LOGREADER_H

#include "tool/report/model.h"
#include "tool/report/readnotes.h"

/* Reads the log at @path ("-": standard input).  0, or a negative errno when
 * it cannot be opened or read on; what was read before is in the model. */
int logreader_read(struct model *m, const char *path,
    struct readnotes *notes);

#endif
