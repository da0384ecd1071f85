/*
 * sandbox - what is switched off before the kernel takes rights away.
 *
 * Memory   none.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_SANDBOX_H
#define DIAG_PRELOAD_SANDBOX_H

#include "common/base/attrs.h"

/* The host is about to enter seccomp, by prctl() or by syscall(). */
COLD void sandbox_enter_seccomp(void);

#endif
