/*
 * sandbox - what the kernel refuses to a process with threads, or will not let
 * us do any more.
 *
 * unshare() and setns() fail in a process with more than one thread for some
 * of their flags: the diag thread steps aside and comes back.  Under seccomp a
 * system call of ours could end the host: everything of ours is told and
 * switched off before.  The allocator stays, and gives no pages back any more
 * when the filter would not let it.
 */
#include "shim/preload/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "common/base/attrs.h"
#include "common/base/clock.h"
#include "common/base/sys.h"
#include "shim/alloc/offspring.h"
#include "shim/heap/heap.h"
#include "shim/preload/boot.h"
#include "shim/preload/filter.h"
#include "shim/preload/life.h"
#include "shim/preload/real.h"
#include "shim/preload/waits.h"
#include "shim/sink/sink.h"
#include "shim/stack/bounds.h"
#include "shim/state/state.h"
#include "shim/ticker/opener.h"
#include "shim/ticker/ticker.h"

enum {
	PAGE = 4096,
	ROOM_TRIES = 20,	/* a millisecond apart */
};

DIAG_EXPORT int unshare(int flags);
DIAG_EXPORT int setns(int fd, int type);

bool
sandbox_step_aside(void)
{
	return boot_is_armed() && life_is_mine() && ticker_runs() &&
	    ticker_stop();
}

bool
sandbox_room_may_come(unsigned tries)
{
	struct timespec ts = { .tv_nsec = NS_PER_MS };

	if (tries >= ROOM_TRIES)
		return false;
	sys_call2(SYS_nanosleep, &ts, NULL);
	return true;
}

void
sandbox_come_back(bool aside)
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
	aside = sandbox_step_aside();
	ret = real(flags);
	if (ret == 0 && (flags & CLONE_NEWPID) != 0)
		offspring_hide();
	sandbox_come_back(aside);
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
	aside = sandbox_step_aside();
	ret = real(fd, type);
	/* 0: of any type. */
	if (ret == 0 && (type == 0 || (type & CLONE_NEWPID) != 0))
		offspring_hide();
	sandbox_come_back(aside);
	return ret;
}

/* The pages of an array of the host's can be read: it may be nonsense. */
static bool
is_readable(const void *p, size_t n)
{
	for (size_t at = 0; at < n; at += PAGE)
		if (!bounds_can_read((uintptr_t)p + at))
			return false;
	return n == 0 || bounds_can_read(((uintptr_t)p + n - 8) & ~7ull);
}

/* Giving pages back is what the allocator does and glibc's seldom does. */
static bool
may_purge(const struct sock_fprog *program)
{
	struct seccomp_data call = {
		.nr = SYS_madvise,
		.arch = AUDIT_ARCH_X86_64,
		.instruction_pointer = (uintptr_t)may_purge,
		.args = { WINDOW_BASE, PAGE, MADV_DONTNEED },
	};

	return is_readable(program, sizeof(*program)) &&
	    is_readable(program->filter,
	    program->len * sizeof(program->filter[0])) &&
	    filter_allows(program, &call);
}

/* The last reports are made now, and nothing after. */
static void
enter(bool purges)
{
	int saved = errno;

	heap_time(false);
	opener_close_for_good();
	if (!purges)
		heap_hold();
	if (boot_is_armed() && life_is_mine()) {
		sink_notice("seccomp", "the program enters seccomp: "
		    "everything is off from here on");
		life_stop();
		ticker_stop();
		state_arm_wait(0, ARMED_STATE | ARMED_CHILD);
		state_arm_alloc(0, ARMED_COUNT | ARMED_TRACE);
	}
	errno = saved;
}

/* Without a program it is a question, which the kernel answers with EFAULT. */
void
sandbox_before_prctl(unsigned long mode, unsigned long program)
{
	if (mode == SECCOMP_MODE_STRICT)
		enter(false);
	else if (mode == SECCOMP_MODE_FILTER && program != 0)
		enter(may_purge((const struct sock_fprog *)program));
}

/* What seccomp() is called with.  Libseccomp asks what there is with calls that
 * the kernel refuses: strict mode has no flags, a filter has a program. */
static void
before_seccomp(long operation, long flags, long program)
{
	if (operation == SECCOMP_SET_MODE_STRICT && flags == 0 && program == 0)
		enter(false);
	else if (operation == SECCOMP_SET_MODE_FILTER && program != 0)
		enter(may_purge((const struct sock_fprog *)program));
}

long
sandbox_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	bool aside = false;
	long ret;

	if (nr == SYS_seccomp)
		before_seccomp(a, b, c);
	else if (nr == SYS_unshare || nr == SYS_setns)
		aside = sandbox_step_aside();
	else if (nr == SYS_prctl && a == PR_SET_SECCOMP)
		sandbox_before_prctl((unsigned long)b, (unsigned long)c);
	ret = waits_real.syscall(nr, a, b, c, d, e, f);
	sandbox_come_back(aside);
	return ret;
}
