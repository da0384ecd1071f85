/*
 * search - a command by name, as execvp(3) looks for it.
 *
 * Memory   the caller's.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_SEARCH_H
#define DIAG_CLI_SEARCH_H

#include <limits.h>
#include <stdbool.h>

/* Writes to @path the file that @command means: itself when it has a slash,
 * else the first executable file of that name in PATH.  False with errno. */
bool search_path(const char *command, char path[PATH_MAX]);

/* The reason why search_path() failed, from its errno. */
const char *search_why(const char *command, int err);

#endif
