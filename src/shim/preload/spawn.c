/*
 * spawn - posix_spawn(): the process goes on, and has made another one.
 */
#include <errno.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "shim/alloc/alloctrace.h"
#include "shim/preload/boot.h"
#include "shim/preload/life.h"
#include "shim/preload/real.h"

DIAG_EXPORT int posix_spawn(pid_t *pid, const char *path,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const env[]);
DIAG_EXPORT int posix_spawnp(pid_t *pid, const char *file,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const env[]);

typedef int (*spawn_fn)(pid_t *, const char *,
    const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
    char *const[], char *const[]);

/* The program may ask for no number: then it is asked for here. */
static int
spawn(spawn_fn real, pid_t *pid, const char *file,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const env[])
{
	pid_t child;
	int err;

	if (real == NULL)
		return ENOSYS;
	err = real(&child, file, actions, attr, argv, env);
	if (err != 0)
		return err;
	if (pid != NULL)
		*pid = child;
	if (boot_is_armed() && life_is_mine())
		alloctrace_child(child);
	return 0;
}

int
posix_spawn(pid_t *pid, const char *path,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const env[])
{
	static spawn_fn real;

	real_once(real, "posix_spawn");
	return spawn(real, pid, path, actions, attr, argv, env);
}

int
posix_spawnp(pid_t *pid, const char *file,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const env[])
{
	static spawn_fn real;

	real_once(real, "posix_spawnp");
	return spawn(real, pid, file, actions, attr, argv, env);
}
