/*
 * logfile - the file of log=: its name, and how it is opened safely.
 *
 * Only a regular file of this user's or a character device is written to, and
 * never through a symbolic link: the folder may be /tmp.
 *
 * Memory   static: the path as it was given, made absolute.
 * Threads  logfile_name() first; logfile_open() under the sink's output lock.
 * Fork     the child's name differs when it has %p in it.
 */
#ifndef DIAG_SINK_LOGFILE_H
#define DIAG_SINK_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum { LOGFILE_PATH_MAX = 4096 };

/* Keeps @path (with its %p, %n, %t), absolute from here on, and @program for
 * %n. */
void logfile_name(const char *path, const char *program);

/* Opens the file for this process, to append; a descriptor or -errno.  It
 * takes the lowest free number.  Where another user has a file of that name
 * (the root that started a server), the name is PATH.UID instead. */
int logfile_open(void);
/* True when it was opened last by that second name. */
bool logfile_is_own(unsigned *user);

/* True when a forked child writes to another file than its parent: the name
 * has a %p. */
bool logfile_is_per_process(void);

/* What -errno from logfile_open() means. */
const char *logfile_reason(int err);

/* Takes back the last @n bytes, which the last write through @fd appended, if
 * they are still the end of the file. */
bool logfile_retreat(int fd, size_t n);

#endif
