/*
 * clock - monotonic and CPU time that no other preload can bend.
 *
 * The monotonic clock is read through the vDSO, whose address comes from the
 * auxiliary vector, not through libc, whose clock_gettime() other preloads
 * replace.  Without a vDSO it is a system call.
 *
 * Memory   none.
 * Threads  any, after clock_find().
 * Fork     the process start is the child's own: clock_after_fork().
 */
#ifndef DIAG_BASE_CLOCK_H
#define DIAG_BASE_CLOCK_H

#include <stdint.h>

#include "common/base/attrs.h"

/* Finds the vDSO: all that the allocator needs, and no system call. */
void clock_find(void);
/* Finds the vDSO and the process's start.  Safe to call twice; before it,
 * clock_ns() makes system calls. */
void clock_init(void);

/* The child was born now. */
void clock_after_fork(void);

/* CLOCK_MONOTONIC in nanoseconds. */
SIGNAL_SAFE uint64_t clock_ns(void);

/* Nanoseconds since this process started (exec, or fork for a child); taken
 * from the kernel's start time, which is rounded down to 10 ms. */
SIGNAL_SAFE uint64_t clock_since_start_ns(void);

/* The value of clock_ns() when the process started. */
SIGNAL_SAFE uint64_t clock_start_ns(void);

/* CPU time of the calling thread, of the process; nanoseconds. */
SIGNAL_SAFE uint64_t clock_thread_cpu_ns(void);
SIGNAL_SAFE uint64_t clock_process_cpu_ns(void);

/* Wall clock, nanoseconds since 1970. */
SIGNAL_SAFE uint64_t clock_wall_ns(void);

#endif
