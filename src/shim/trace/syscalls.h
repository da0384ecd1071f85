/*
 * syscalls - the names of system calls that a thread can be blocked in.
 *
 * Memory   static.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_TRACE_SYSCALLS_H
#define DIAG_TRACE_SYSCALLS_H

#include "common/base/attrs.h"

/* NULL for a call that does not block, or is not known. */
SIGNAL_SAFE const char *syscalls_name(long nr);

#endif
