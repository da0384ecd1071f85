/*
 * locate - where libdiag.so is, and what LD_PRELOAD becomes with it.
 *
 * Looked for, in this order: the file that DIAG_LIB names; .libs beside this
 * executable (a build tree); the library directory that was configured; lib
 * beside the executable's bin directory (an installation that was moved).
 *
 * Memory   the caller's buffers.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_LOCATE_H
#define DIAG_CLI_LOCATE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Writes the absolute path of libdiag.so to @path.  False, with a message
 * said, when there is none or the loader could not use its name. */
bool locate_library(char path[PATH_MAX]);

/* The value of LD_PRELOAD that loads @library first and keeps what @old (may
 * be NULL) lists, each library once.  The caller frees it; NULL: no memory. */
char *locate_preload_with(const char *library, const char *old);

/* @old without any libdiag.so.  The caller frees it; NULL: no memory. */
char *locate_preload_without(const char *old);

#endif
