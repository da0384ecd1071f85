/*
 * syscalls - the names of system calls that a thread can be blocked in.
 *
 * Memory   static.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_TASKS_SYSCALLS_H
#define DIAG_TASKS_SYSCALLS_H

#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"

/* NULL for a call that does not block, or is not known. */
SIGNAL_SAFE const char *syscalls_name(long nr);

/* The call a thread is blocked in, with its first argument: "read(5)",
 * "futex(0x55d0c8)". */
SIGNAL_SAFE void syscalls_write(struct buf *b, long nr, uint64_t first);

#endif
