/*
 * spool - standard input, for readers that need a file.
 */
#include "tool/cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "common/tape/tape.h"

static char path[32];

static const char *
path_of(int fd)
{
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

/* Does what waits in the pipe begin like a tape?  tee() copies it and takes
 * nothing away; a writer may be slow, so a beginning that fits so far is
 * looked at again. */
static bool
is_tape_in_pipe(void)
{
	char magic[sizeof(TAPE_MAGIC) - 1];
	int copy[2];
	ssize_t n;

	for (unsigned tries = 0; tries < 1000; tries++) {
		if (pipe2(copy, O_CLOEXEC) != 0)
			return false;
		n = tee(STDIN_FILENO, copy[1], sizeof(magic), 0);
		if (n > 0)
			n = read(copy[0], magic, (size_t)n);
		close(copy[0]);
		close(copy[1]);
		if (n <= 0 || memcmp(magic, TAPE_MAGIC, (size_t)n) != 0)
			return false;
		if (n == sizeof(magic))
			return true;
		usleep(1000);
	}
	return false;
}

static bool
write_all(int fd, const char *at, size_t left)
{
	while (left > 0) {
		ssize_t n = write(fd, at, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		left -= (size_t)n;
	}
	return true;
}

static bool
copy_to(int fd)
{
	static char buffer[256 * KIB];
	ssize_t n;

	for (;;) {
		n = read(STDIN_FILENO, buffer, sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		if (!write_all(fd, buffer, (size_t)n))
			return false;
	}
}

static int
open_nameless(void)
{
	const char *dir = getenv("TMPDIR");
	char name[] = "/tmp/diag.XXXXXX";
	int fd = open(dir != NULL && *dir != '\0' ? dir : "/tmp",
	    O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	fd = mkostemp(name, O_CLOEXEC);	/* a file system without O_TMPFILE */
	if (fd >= 0)
		unlink(name);
	return fd;
}

const char *
spool_input(bool again)
{
	struct stat st;
	int fd;

	if (fstat(STDIN_FILENO, &st) != 0)
		return NULL;
	if (S_ISREG(st.st_mode) && access(path_of(STDIN_FILENO), R_OK) == 0)
		return path;
	if (!again && !(S_ISFIFO(st.st_mode) && is_tape_in_pipe()))
		return "-";
	fd = open_nameless();
	if (fd < 0 || !copy_to(fd))
		return NULL;
	return path_of(fd); /* open until the command ends */
}
