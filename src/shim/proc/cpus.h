/*
 * cpus - how many CPUs this process may use: its affinity, and the quota of
 * its cgroups.
 *
 * The affinity is the main thread's and is asked for at each call (one system
 * call).  The quota is the smallest on the way from the process's cgroup up to
 * the root of what is visible, of the unified hierarchy (cpu.max) or of the
 * old one (cpu.cfs_quota_us); it is read again every ten seconds, by the diag
 * thread alone.
 *
 * Memory   static.
 * Threads  the quota is written by the diag thread, read by any.
 * Fork     the child keeps what is known.
 */
#ifndef DIAG_PROC_CPUS_H
#define DIAG_PROC_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum { CPUS_PATH_MAX = 512 };

/* Usable CPUs in hundredths: 150 is one and a half.  At least 1. */
uint64_t cpus_hundredths(void);
/* The same as a number of processors, as lines print it: rounded up, at least
 * 1.  A quota of one and a half can keep two processors busy for a while. */
unsigned cpus_whole(void);

/* The directory of the process's cgroup that accounts CPU time (with cpu.stat
 * in it); false when there is none.  @version 1 or 2. */
DETACHED bool cpus_cgroup(char *dir, size_t cap, int *version);

/* For the tests: the path of the cpu controller in the text of
 * /proc/self/cgroup, or "" (version 0); the quota in hundredths that the text
 * of cpu.max says, UINT64_MAX for none. */
int cpus_parse_cgroup(const char *text, char *path, size_t cap);
uint64_t cpus_parse_max(const char *text);

#endif
