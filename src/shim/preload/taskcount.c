/*
 * taskcount - the host counts its threads, and ours is none of them.
 *
 * The number of links of /proc/self/task is two more than there are threads.
 * Browsers look there before they enter a sandbox, and end themselves when they
 * are not alone.  Python 3.12 and later read the number in /proc/self/stat when
 * they have forked, and warn when it is not one.  Our thread steps aside for
 * such a look.
 */
#include "shim/preload/taskcount.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/attrs.h"
#include "shim/preload/boot.h"
#include "shim/preload/real.h"
#include "shim/preload/sandbox.h"

/* "/proc/self/task", "self/task/", "task": of which process, the look itself
 * would tell; ours steps aside for any. */
static COLD bool
is_task_folder(const char *path)
{
	static const char name[] = "task";
	size_t n = strlen(path), want = sizeof(name) - 1;

	while (n > 0 && path[n - 1] == '/')
		n--;
	return n >= want && memcmp(path + n - want, name, want) == 0 &&
	    (n == want || path[n - want - 1] == '/');
}

/* The kernel has read @path, so it can be read. */
static ALWAYS_INLINE bool
is_count(int ret, const char *path, const struct stat *st)
{
	return ret == 0 && unlikely(boot_is_armed()) && S_ISDIR(st->st_mode) &&
	    is_task_folder(path) && sandbox_step_aside();
}

/* Defines @name, which asks again without our thread when it was a count. */
#define looks(name, slot, parameters, arguments)			\
static int (*slot) parameters;						\
DIAG_EXPORT int name parameters;					\
int									\
name parameters								\
{									\
	int ret;							\
									\
	real_once(slot, #name);						\
	if (unlikely(slot == NULL)) {					\
		errno = ENOSYS;						\
		return -1;						\
	}								\
	ret = slot arguments;						\
	if (unlikely(is_count(ret, path, (const struct stat *)st))) {	\
		ret = slot arguments;					\
		sandbox_come_back(true);				\
	}								\
	return ret;							\
}

looks(stat, real_stat, (const char *path, struct stat *st), (path, st))
looks(stat64, real_stat64, (const char *path, struct stat64 *st), (path, st))
looks(fstatat, real_fstatat, (int at, const char *path, struct stat *st,
    int flags), (at, path, st, flags))
looks(fstatat64, real_fstatat64, (int at, const char *path, struct stat64 *st,
    int flags), (at, path, st, flags))
looks(__xstat, real_xstat, (int version, const char *path, struct stat *st),
    (version, path, st))
looks(__xstat64, real_xstat64, (int version, const char *path,
    struct stat64 *st), (version, path, st))
looks(__fxstatat, real_fxstatat, (int version, int at, const char *path,
    struct stat *st, int flags), (version, at, path, st, flags))
looks(__fxstatat64, real_fxstatat64, (int version, int at, const char *path,
    struct stat64 *st, int flags), (version, at, path, st, flags))

/* The kernel writes the file when it is first read: the stream's buffer is
 * filled, and nothing taken out of it, while our thread is away. */
static COLD void
fill_alone(FILE *f)
{
	int saved = errno, c;

	if (!sandbox_step_aside())
		return;
	c = getc(f);
	if (c == EOF || ungetc(c, f) == EOF)
		clearerr(f);
	sandbox_come_back(true);
	errno = saved;
}

/* Defines @name; a stream of wide characters is left alone. */
#define opens(name, slot)						\
static FILE *(*slot)(const char *path, const char *mode);		\
DIAG_EXPORT FILE *name(const char *path, const char *mode);		\
FILE *									\
name(const char *path, const char *mode)				\
{									\
	FILE *f;							\
									\
	real_once(slot, #name);						\
	if (unlikely(slot == NULL)) {					\
		errno = ENOSYS;						\
		return NULL;						\
	}								\
	f = slot(path, mode);						\
	if (unlikely(boot_is_armed()) && f != NULL && mode[0] == 'r' &&	\
	    strchr(mode, ',') == NULL &&				\
	    strcmp(path, "/proc/self/stat") == 0)			\
		fill_alone(f);						\
	return f;							\
}

opens(fopen, real_fopen)
opens(fopen64, real_fopen64)

/* In a forked child the loader's lock may have no owner any more. */
void
taskcount_start(void)
{
	real_once(real_stat, "stat");
	real_once(real_stat64, "stat64");
	real_once(real_fstatat, "fstatat");
	real_once(real_fstatat64, "fstatat64");
	real_once(real_xstat, "__xstat");
	real_once(real_xstat64, "__xstat64");
	real_once(real_fxstatat, "__fxstatat");
	real_once(real_fxstatat64, "__fxstatat64");
	real_once(real_fopen, "fopen");
	real_once(real_fopen64, "fopen64");
}
