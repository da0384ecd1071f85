/*
 * sandbox - what steps aside, or is switched off, before rights change.
 *
 * Memory   none.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_SANDBOX_H
#define DIAG_PRELOAD_SANDBOX_H

#include <stdbool.h>
#include <sys/syscall.h>

#include "common/base/attrs.h"

/* Has the diag thread, where there is one, step aside for a call that minds a
 * second thread.  True when it did: sandbox_come_back() wants to know. */
bool sandbox_step_aside(void);
/* After a call that found no room for one more thread or process, with ours
 * gone: the kernel takes a thread off its user's count a little later than off
 * its process.  Waits a moment; false when that has been tried often enough. */
bool sandbox_room_may_come(unsigned tries);
/* Keeps errno. */
void sandbox_come_back(bool aside);

/* The calls above as the host makes them through syscall(). */
static inline bool
sandbox_minds(long nr)
{
	return nr == SYS_seccomp || nr == SYS_prctl || nr == SYS_unshare ||
	    nr == SYS_setns;
}

/* Makes such a call; the result of the real one. */
COLD long sandbox_syscall(long nr, long a, long b, long c, long d, long e,
    long f);

/* The host calls prctl(PR_SET_SECCOMP, @mode, @program) next. */
COLD void sandbox_before_prctl(unsigned long mode, unsigned long program);

#endif
