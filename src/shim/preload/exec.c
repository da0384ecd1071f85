/*
 * exec - the family that replaces the program: reports come before.
 *
 * A vfork child shares our memory and is not the process that reports:
 * life_end() knows.  posix_spawn() is not ours to wrap: the process goes on.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "shim/preload/life.h"
#include "shim/preload/real.h"

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

/* Calls the next definition of @name with the reports made before; when it
 * comes back, life goes on.  Defined where the real one is at least libc's. */
#define EXEC(name, types, ...) do {					\
	static int (*real) types;					\
	int ret;							\
									\
	real_once(real, name);						\
	if (real == NULL) {						\
		errno = ENOSYS;						\
		return -1;						\
	}								\
	life_end(WAY_EXEC);						\
	ret = real(__VA_ARGS__);					\
	life_go_on();							\
	return ret;							\
} while (0)

int
execve(const char *path, strings argv, strings env)
{
	EXEC("execve", (const char *, strings, strings), path, argv, env);
}

int
execv(const char *path, strings argv)
{
	EXEC("execv", (const char *, strings), path, argv);
}

int
execvp(const char *file, strings argv)
{
	EXEC("execvp", (const char *, strings), file, argv);
}

int
execvpe(const char *file, strings argv, strings env)
{
	EXEC("execvpe", (const char *, strings, strings), file, argv, env);
}

int
execveat(int dir, const char *path, strings argv, strings env, int flags)
{
	EXEC("execveat", (int, const char *, strings, strings, int), dir, path,
	    argv, env, flags);
}

int
fexecve(int fd, strings argv, strings env)
{
	EXEC("fexecve", (int, strings, strings), fd, argv, env);
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
