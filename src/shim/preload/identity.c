/*
 * identity - the host changes who it is, and our thread steps aside.
 *
 * To the kernel each thread has an identity of its own.  Libc has every thread
 * make the same system call, and ends the process (abort) when one is refused
 * what another was granted: so it happens when the host has raised, kept or
 * dropped capabilities on its own thread, as capset() and prctl() do, and a
 * second thread, which is ours, knows nothing of it.  A host with one thread
 * is therefore left alone for the call; the thread that comes back inherits
 * what the host has become.
 */
#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "shim/preload/real.h"
#include "shim/preload/sandbox.h"

/* Defines @name, which calls libc's without our thread beside it. */
#define changes(name, parameters, arguments)				\
DIAG_EXPORT int name parameters;					\
int									\
name parameters								\
{									\
	static int (*real) parameters;					\
	bool aside;							\
	int ret;							\
									\
	real_once(real, #name);						\
	if (unlikely(real == NULL)) {					\
		errno = ENOSYS;						\
		return -1;						\
	}								\
	aside = sandbox_step_aside();					\
	ret = real arguments;						\
	sandbox_come_back(aside);					\
	return ret;							\
}

changes(setuid, (uid_t uid), (uid))
changes(setgid, (gid_t gid), (gid))
changes(seteuid, (uid_t euid), (euid))
changes(setegid, (gid_t egid), (egid))
changes(setreuid, (uid_t ruid, uid_t euid), (ruid, euid))
changes(setregid, (gid_t rgid, gid_t egid), (rgid, egid))
changes(setresuid, (uid_t ruid, uid_t euid, uid_t suid), (ruid, euid, suid))
changes(setresgid, (gid_t rgid, gid_t egid, gid_t sgid), (rgid, egid, sgid))
changes(setgroups, (size_t n, const gid_t *groups), (n, groups))
changes(initgroups, (const char *user, gid_t group), (user, group))
