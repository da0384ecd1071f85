/*
 * spool - standard input, for readers that need a file.
 *
 * A tape is mapped, and a plot reads twice.  Standard input that is a file is
 * opened again; what comes through a pipe is first kept in a file without a
 * name, in TMPDIR.
 *
 * Memory   the path is kept until the next call.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_SPOOL_H
#define DIAG_CLI_SPOOL_H

#include <stdbool.h>

/* What to open for standard input: "-" when a log can be read as it comes.
 * @again: it will be read more than once.  NULL with errno. */
const char *spool_input(bool again);

#endif
