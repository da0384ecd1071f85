/*
 * logfile - naming, opening and mending the file of log=.
 */
#include "shim/sink/logfile.h"

#include <errno.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/sys.h"
#include "common/options/options.h"

enum { PROGRAM_MAX = 256 };

static char pattern[LOGFILE_PATH_MAX];	/* absolute, with its % */
static char program_name[PROGRAM_MAX];
static unsigned own;			/* the user of the second name */
static bool is_own;

/* The working folder as a pattern: each % twice. */
static void
put_folder(struct buf *b)
{
	char folder[LOGFILE_PATH_MAX];

	if (sys_call2(SYS_getcwd, folder, sizeof(folder)) <= 0)
		return;
	for (const char *s = folder; *s != '\0'; s++) {
		if (*s == '%')
			buf_char(b, '%');
		buf_char(b, *s);
	}
	buf_char(b, '/');
}

void
logfile_name(const char *path, const char *program)
{
	struct buf b = BUF(pattern);
	struct buf name = BUF(program_name);

	if (path[0] != '/')
		put_folder(&b);
	buf_str(&b, path);
	buf_cstr(&b);
	buf_str(&name, program == NULL ? "" : program);
	buf_cstr(&name);
}

bool
logfile_is_per_process(void)
{
	for (const char *s = strchr(pattern, '%'); s != NULL;
	    s = strchr(s, '%')) {
		if (s[1] == 'p')
			return true;
		s += s[1] == '%' ? 2 : 1;
	}
	return false;
}

/* A regular file of this user's or of root's, or a device; else what is wrong
 * with it. */
static int
check(int fd)
{
	struct stat st;
	int err = sys_fstat(fd, &st);

	if (err != 0)
		return err;
	if (S_ISCHR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode))
		return -EEXIST;
	return st.st_uid == 0 || st.st_uid == (uid_t)sys_call1(SYS_geteuid,
	    0) ? 0 : -EPERM;
}

static int
open_named(struct buf *path)
{
	const char *name = buf_cstr(path);
	int fd, err;

	if (path->cut)
		return -ENAMETOOLONG;
	fd = sys_open(name, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	err = fd < 0 ? fd : check(fd);
	if (fd >= 0 && err != 0)
		sys_close(fd);
	return err != 0 ? err : fd;
}

int
logfile_open(void)
{
	static char path[LOGFILE_PATH_MAX]; /* one at a time */
	struct buf b = BUF(path);
	uint64_t began = clock_wall_ns() - clock_since_start_ns();
	int fd, second;

	options_expand_path(&b, pattern, sys_getpid(), program_name,
	    began / NS_PER_S);
	fd = open_named(&b);
	is_own = false;
	if (fd != -EACCES && fd != -EPERM)
		return fd;
	own = (unsigned)sys_call1(SYS_geteuid, 0);
	buf_printf(&b, ".%u", own);
	second = open_named(&b);
	is_own = second >= 0;
	return is_own ? second : fd;
}

bool
logfile_is_own(unsigned *user)
{
	*user = own;
	return is_own;
}

const char *
logfile_reason(int err)
{
	switch (-err) {
	case ELOOP:
		return "it is a symbolic link";
	case EEXIST:
	case ENXIO:
		return "it is not a regular file";
	case EPERM:
		return "it belongs to another user";
	case EFBIG:
		return "it has reached logmax";
	default:
		return err_name(-err);
	}
}

bool
logfile_retreat(int fd, size_t n)
{
	/* After an appending write the position is the end of what it wrote. */
	long end = sys_call3(SYS_lseek, fd, 0, SEEK_CUR);
	struct stat st;

	if (end < (long)n || sys_fstat(fd, &st) != 0 || st.st_size != end)
		return false;
	return sys_call2(SYS_ftruncate, fd, end - (long)n) == 0;
}
