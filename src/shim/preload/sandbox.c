/*
 * sandbox - what the kernel refuses to a process with threads, or will not let
 * us do any more.
 *
 * unshare() and setns() fail in a process with more than one thread for some
 * of their flags: the diag thread steps aside and comes back.  Under seccomp a
 * system call of ours could end the host: everything of ours is told and
 * switched off before.
 */
#include "shim/preload/sandbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attrs.h"
#include "shim/preload/boot.h"
#include "shim/preload/life.h"
#include "shim/preload/real.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"
#include "shim/trace/ticker.h"

DIAG_EXPORT int unshare(int flags);
DIAG_EXPORT int setns(int fd, int type);

static bool
step_aside(void)
{
	return boot_is_armed() && life_is_mine() && ticker_stop();
}

static void
come_back(bool aside)
{
	int saved = errno;

	if (aside)
		ticker_start();
	errno = saved;
}

int
unshare(int flags)
{
	static int (*real)(int);
	bool aside;
	int ret;

	real_once(real, "unshare");
	if (real == NULL) {
		errno = ENOSYS;
		return -1;
	}
	aside = step_aside();
	ret = real(flags);
	come_back(aside);
	return ret;
}

int
setns(int fd, int type)
{
	static int (*real)(int, int);
	bool aside;
	int ret;

	real_once(real, "setns");
	if (real == NULL) {
		errno = ENOSYS;
		return -1;
	}
	aside = step_aside();
	ret = real(fd, type);
	come_back(aside);
	return ret;
}

/* The last reports are made now, and nothing after. */
void
sandbox_enter_seccomp(void)
{
	int saved = errno;

	if (!boot_is_armed() || !life_is_mine())
		return;
	sink_notice("seccomp", "the program enters seccomp: "
	    "everything is off from here on");
	life_end(WAY_EXEC);
	ticker_stop();
	state_arm_wait(0, ARMED_STATE | ARMED_CHILD);
	state_arm_alloc(0, ARMED_COUNT | ARMED_TRACE);
	errno = saved;
}
