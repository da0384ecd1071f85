/*
 * exec - the family that replaces the program: reports come before.
 *
 * A shell tries each folder of PATH in turn: where there is no file there will
 * be no new program, and no report is made.
 *
 * A vfork child shares our memory and is not the process that reports:
 * life_end() knows.  The program that comes there owes reports all the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "common/base/sys.h"
#include "shim/alloc/alloctrace.h"
#include "shim/preload/boot.h"
#include "shim/preload/environ.h"
#include "shim/preload/life.h"
#include "shim/preload/real.h"
#include "shim/ticker/opener.h"

typedef char *const strings[];

DIAG_EXPORT int execve(const char *path, strings argv, strings env);
DIAG_EXPORT int execv(const char *path, strings argv);
DIAG_EXPORT int execvp(const char *file, strings argv);
DIAG_EXPORT int execvpe(const char *file, strings argv, strings env);
DIAG_EXPORT int execveat(int dir, const char *path, strings argv, strings env,
    int flags);
DIAG_EXPORT int fexecve(int fd, strings argv, strings env);
DIAG_EXPORT int execl(const char *path, const char *arg, ...);
DIAG_EXPORT int execlp(const char *file, const char *arg, ...);
DIAG_EXPORT int execle(const char *path, const char *arg, ...);

/* Nothing is asked of the kernel when no report is due, or when the host has
 * confined itself. */
static bool
has_reports(void)
{
	return boot_is_armed() && life_is_mine() && !opener_is_closed();
}

static bool
may_be_there(int dir, const char *path)
{
	int err = (int)sys_call3(SYS_faccessat, dir, path, F_OK);

	return err != -ENOENT && err != -ENOTDIR;
}

/* Is there a file of this name in one of the folders of PATH?  What cannot be
 * told may be. */
static bool
may_be_in_path(const char *file)
{
	const char *from = environ_get("PATH");
	size_t n = strlen(file);
	char path[PATH_MAX];

	if (n == 0 || strchr(file, '/') != NULL)
		return may_be_there(AT_FDCWD, file);
	if (from == NULL)
		return true;
	for (;; from++) {
		size_t folder = strcspn(from, ":");

		if (folder + n + 2 > sizeof(path))
			return true;
		memcpy(path, from, folder);
		path[folder] = '/';
		memcpy(path + folder + (folder > 0), file, n + 1);
		if (may_be_there(AT_FDCWD, path))
			return true;
		from += folder;
		if (*from == '\0')
			return false;
	}
}

static void
before(bool mine)
{
	if (mine)
		life_end(WAY_EXEC);
	else if (boot_is_armed())
		alloctrace_vfork_exec(sys_getpid());
}

static void
after(bool mine)
{
	if (mine)
		life_go_on();
	else if (boot_is_armed())
		alloctrace_vfork_failed(sys_getpid());
}

/* Calls the next definition of @name; with the reports made before, when there
 * are any and @found, and when it comes back, life goes on.  Defined where the
 * real one is at least libc's. */
#define EXEC(found, name, types, ...) do {				\
	static int (*real) types;					\
	bool mine;							\
	int ret;							\
									\
	real_once(real, name);						\
	if (real == NULL) {						\
		errno = ENOSYS;						\
		return -1;						\
	}								\
	if (has_reports() && !(found))					\
		return real(__VA_ARGS__);				\
	mine = life_is_mine();						\
	before(mine);							\
	ret = real(__VA_ARGS__);					\
	after(mine);							\
	return ret;							\
} while (0)

int
execve(const char *path, strings argv, strings env)
{
	EXEC(may_be_there(AT_FDCWD, path), "execve",
	    (const char *, strings, strings), path, argv, env);
}

int
execv(const char *path, strings argv)
{
	EXEC(may_be_there(AT_FDCWD, path), "execv", (const char *, strings),
	    path, argv);
}

int
execvp(const char *file, strings argv)
{
	EXEC(may_be_in_path(file), "execvp", (const char *, strings), file,
	    argv);
}

int
execvpe(const char *file, strings argv, strings env)
{
	EXEC(may_be_in_path(file), "execvpe",
	    (const char *, strings, strings), file, argv, env);
}

int
execveat(int dir, const char *path, strings argv, strings env, int flags)
{
	EXEC((flags & AT_EMPTY_PATH) != 0 || may_be_there(dir, path),
	    "execveat", (int, const char *, strings, strings, int), dir, path,
	    argv, env, flags);
}

int
fexecve(int fd, strings argv, strings env)
{
	EXEC(true, "fexecve", (int, strings, strings), fd, argv, env);
}

/* The arguments after @arg, up to the NULL; they are counted first. */
static size_t
count(const char *arg, va_list ap)
{
	size_t n = 1;

	if (arg == NULL)
		return 0;
	while (va_arg(ap, const char *) != NULL)
		n++;
	return n;
}

/* Fills @argv with @n arguments and the NULL behind them. */
static void
collect(char **argv, size_t n, const char *arg, va_list ap)
{
	argv[0] = (char *)(uintptr_t)arg;
	for (size_t i = 1; i <= n; i++)
		argv[i] = va_arg(ap, char *);
}

/* The list's memory is the caller's stack, as in libc: no other will do in a
 * vfork child. */
#define LIST(argv, arg, ap)						\
	va_start(ap, arg);						\
	n = count(arg, ap);						\
	va_end(ap);							\
	argv = __builtin_alloca((n + 1) * sizeof(*argv));		\
	va_start(ap, arg);						\
	collect(argv, n, arg, ap)

int
execl(const char *path, const char *arg, ...)
{
	char **argv;
	va_list ap;
	size_t n;

	LIST(argv, arg, ap);
	va_end(ap);
	return execv(path, argv);
}

int
execlp(const char *file, const char *arg, ...)
{
	char **argv;
	va_list ap;
	size_t n;

	LIST(argv, arg, ap);
	va_end(ap);
	return execvp(file, argv);
}

int
execle(const char *path, const char *arg, ...)
{
	char **argv, **env;
	va_list ap;
	size_t n;

	LIST(argv, arg, ap);
	env = va_arg(ap, char **);
	va_end(ap);
	return execve(path, argv, env);
}
