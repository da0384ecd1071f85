/*
 * procfs - what the kernel tells of threads and of the machine.
 *
 * Read on the diag thread alone, whose descriptor table is its own: files can
 * stay open there without the host seeing them.  The directory of our threads
 * is opened once, so that a host which leaves /proc behind (chroot) goes on
 * being seen.
 *
 * Memory   static; at most PROCFS_KEPT descriptors, all the diag thread's.
 * Threads  the diag thread; the parsers are pure.
 * Fork     procfs_begin() notices a new diag thread and forgets the numbers,
 *          which ended with the old one's table.
 */
#ifndef DIAG_PROC_PROCFS_H
#define DIAG_PROC_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "common/base/proc.h"

enum { PROCFS_KEPT = 256 };

/* The open files of one thread; zero: none. */
struct procfs_thread {
	uint32_t life;		/* of the diag thread that opened them */
	int stat, schedstat;	/* descriptor + 1 */
};

/* Before each look.  False when there is no /proc. */
DETACHED bool procfs_begin(void);

struct procfs_sched {
	uint64_t run_ns, delay_ns, slices;
};

/* 0, -ESRCH when the thread is gone, or another negative errno.  @keep: the
 * file may stay open for the next look. */
DETACHED int procfs_stat(pid_t tid, struct procfs_thread *files, bool keep,
    struct proc_stat *out);
DETACHED int procfs_schedstat(pid_t tid, struct procfs_thread *files,
    bool keep, struct procfs_sched *out);
DETACHED void procfs_close(struct procfs_thread *files);

/* Context switches so far, and the number and first argument of the system
 * call that the thread is blocked in (@nr -1: in none). */
DETACHED bool procfs_switches(pid_t tid, uint64_t *voluntary,
    uint64_t *involuntary);
DETACHED bool procfs_syscall(pid_t tid, long *nr, uint64_t *first);

/* Where a blocked thread is: its stack pointer and its next instruction, in
 * system call @nr or, -1, in a fault.  False when it runs. */
struct procfs_blocked {
	long nr;
	uint64_t first, sp, pc;
};
DETACHED bool procfs_blocked(pid_t tid, struct procfs_blocked *out);

/* The CPU time of a thread of this process, exact to the moment, also while it
 * runs; 0 when it is gone. */
DETACHED uint64_t procfs_clock(pid_t tid);

/* How many threads the kernel counts in this process; 0 when it does not
 * tell. */
DETACHED unsigned procfs_thread_count(void);
/* How many threads are runnable on the whole machine, us included. */
DETACHED bool procfs_runnable(uint64_t *n);
/* The share of time in which some task waited for a CPU, in hundredths of a
 * percent, average of ten seconds. */
DETACHED bool procfs_pressure(uint64_t *hundredths);
/* Nanoseconds for which the process's cgroup was throttled, so far. */
DETACHED bool procfs_throttled(uint64_t *ns);

/* Calls @see with the id of each thread of this process; false when the list
 * cannot be read. */
typedef void (*procfs_tid_fn)(pid_t tid, void *arg);
DETACHED bool procfs_each_tid(procfs_tid_fn see, void *arg);

/* Files read since the process started: what a look costs. */
DETACHED uint64_t procfs_reads(void);

/* The parsers, for the tests. */
bool procfs_parse_schedstat(const char *text, struct procfs_sched *out);
bool procfs_parse_syscall(const char *text, long *nr, uint64_t *first);
bool procfs_parse_blocked(const char *text, struct procfs_blocked *out);
bool procfs_parse_runnable(const char *text, uint64_t *n);
bool procfs_parse_pressure(const char *text, uint64_t *hundredths);
bool procfs_parse_throttled(const char *text, uint64_t *ns);

#endif
