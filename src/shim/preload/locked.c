/*
 * locked - mlockall() fills every mapping of the process, but not ours.
 *
 * While blocks are followed we reserve a gigabyte of addresses of which little
 * is ever touched.  The kernel locks them as pages come (MCL_ONFAULT); those of
 * the host are locked and filled at once, one mapping after the other.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#include "common/base/attrs.h"
#include "common/base/mem.h"
#include "common/base/sys.h"
#include "shim/preload/real.h"
#include "shim/proc/smaps.h"
#include "shim/state/state.h"
#include "shim/ticker/opener.h"

enum { PIECE = 16384 };

DIAG_EXPORT int mlockall(int flags);

/* What the kernel says of a mapping that cannot be filled is nobody's
 * business: mlockall() does not tell either. */
static void
fill(void *arg, const struct smaps_vma *v)
{
	if (v->start - MEM_BASE >= MEM_SIZE)
		sys_call2(SYS_mlock, v->start, v->end - v->start);
}

/* The helper's work, on its own descriptors. */
static void
fill_mappings(void *arg)
{
	int fd = sys_open("/proc/thread-self/maps", O_RDONLY | O_CLOEXEC, 0);
	bool *done = arg;
	char piece[PIECE];
	struct smaps s;
	ssize_t n;

	if (fd < 0)
		return;
	smaps_begin(&s, fill, NULL);
	while ((n = sys_read(fd, piece, sizeof(piece))) > 0 || n == -EINTR)
		if (n > 0)
			smaps_feed(&s, piece, (size_t)n);
	smaps_end(&s);
	sys_close(fd);
	*done = n == 0;
}

/* The kernel has accepted it with MCL_ONFAULT; false when the host's mappings
 * are not known. */
static bool
fill_all_but_ours(void)
{
	struct hook_scope scope;
	bool done = false;

	if (!hook_enter(&scope))
		return false;
	opener_run(fill_mappings, &done, false);
	hook_leave(&scope);
	return done;
}

int
mlockall(int flags)
{
	static int (*real)(int);
	int ret;

	real_once(real, "mlockall");
	if (unlikely(real == NULL)) {
		errno = ENOSYS;
		return -1;
	}
	if ((flags & MCL_CURRENT) == 0 || (flags & MCL_ONFAULT) != 0 ||
	    mem_reserved() == 0)
		return real(flags);
	ret = real(flags | MCL_ONFAULT);
	if (ret != 0)
		return ret;
	/* Under seccomp nobody may look: what is there is locked when it is
	 * touched. */
	if (!opener_is_closed() && !fill_all_but_ours())
		return real(flags);
	return (flags & MCL_FUTURE) != 0 ? real(MCL_FUTURE) : 0;
}
