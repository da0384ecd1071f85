/*
 * spool - standard input and what gzip wrote, for readers that need a file.
 *
 * A tape is mapped, and a plot reads twice.  Standard input that is a file is
 * opened again; what comes through a pipe, and a tape that gzip wrote, is first
 * kept in a file without a name, in TMPDIR.  A log that gzip wrote is read as
 * it is.
 *
 * Memory   the paths stay until the command ends.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_SPOOL_H
#define DIAG_CLI_SPOOL_H

#include <stdbool.h>

/* What to open for standard input: "-" when a log can be read as it comes.
 * @again: it will be read more than once.  NULL with errno. */
const char *spool_input(bool again);

/* What to open for @file: @file, unless it is a tape that gzip wrote.  NULL
 * with errno. */
const char *spool_file(const char *file);

/* The program that unpacks @file, which we do not: xz, zstd, bzip2, lz4.  NULL
 * when it looks like none of theirs. */
const char *spool_unpacker(const char *file);

#endif
