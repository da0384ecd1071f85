/*
 * proc - small kernel files, read without libc and parsed without scanf.
 *
 * Memory   the caller's buffers.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_BASE_PROC_H
#define DIAG_BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"

/* Reads the whole file at @path, at most @cap - 1 bytes, ends it with a NUL.
 * Returns the length or a negative errno.  It takes the lowest free
 * descriptor for a moment: not for hooks in the host's threads. */
DETACHED ssize_t proc_read(const char *path, char *to, size_t cap);

/* Parsers that move *@at forward.  They return false, leaving *@value alone,
 * when there is no number. */
SIGNAL_SAFE bool parse_u64(const char **at, uint64_t *value);
SIGNAL_SAFE bool parse_hex(const char **at, uint64_t *value);

/* The number after "@key" (for example "Threads:") in @text, as in
 * /proc/self/status; false when it is missing. */
SIGNAL_SAFE bool proc_field(const char *text, const char *key, uint64_t *value);

/* /proc/PID/task/TID/stat: what follows the name, which may hold anything. */
struct proc_stat {
	char name[32];		/* without the parentheses */
	char state;		/* R S D T Z ... */
	uint64_t utime_ticks, stime_ticks, start_ticks, num_threads;
	int cpu;		/* it last ran on */
};
SIGNAL_SAFE bool proc_stat_parse(const char *text, struct proc_stat *out);

#endif
