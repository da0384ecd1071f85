/*
 * spool - standard input and what gzip wrote, for readers that need a file.
 */
#include "tool/cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "common/base/attrs.h"
#include "common/tape/tape.h"
#include "tool/base/alloc.h"

/* The paths that were given out. */
struct path {
	struct path *next;
	char text[32];
};

static const char *
path_of(int fd)
{
	static struct path *all;
	struct path *p = alloc_zeroed(1, sizeof(*p));

	p->next = all;
	all = p;
	snprintf(p->text, sizeof(p->text), "/proc/self/fd/%d", fd);
	return p->text;
}

/* A tape, or what gzip wrote, is kept: are the @n bytes at @begin the whole
 * beginning of one (1), as much of it as they can be (0), or neither (-1)? */
static int
begins_kept(const char *begin, size_t n)
{
	static const char gzip_magic[] = { '\x1f', '\x8b' };
	size_t zipped = MIN(n, sizeof(gzip_magic));

	if (memcmp(begin, gzip_magic, zipped) == 0)
		return zipped == sizeof(gzip_magic);
	if (memcmp(begin, TAPE_MAGIC, n) == 0)
		return n == sizeof(TAPE_MAGIC) - 1;
	return -1;
}

/* Does what waits in the pipe begin like a tape or what gzip wrote?  tee()
 * copies it and takes nothing away; a writer may be slow, so a beginning
 * that fits so far is looked at again. */
static bool
is_kept_in_pipe(void)
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
		if (n <= 0)
			return false;

		int kept = begins_kept(magic, (size_t)n);

		if (kept != 0)
			return kept > 0;
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
	const char *path = path_of(STDIN_FILENO);
	struct stat st;
	int fd;

	if (fstat(STDIN_FILENO, &st) != 0)
		return NULL;
	if (S_ISREG(st.st_mode) && access(path, R_OK) == 0)
		return spool_file(path);
	if (!again && !(S_ISFIFO(st.st_mode) && is_kept_in_pipe()))
		return "-";
	fd = open_nameless();
	if (fd < 0 || !copy_to(fd))
		return NULL;
	return spool_file(path_of(fd)); /* open until the command ends */
}

/* The tape in @from goes to a file of its own. */
static const char *
unpack(gzFile from)
{
	static char buffer[256 * KIB];
	int fd = open_nameless(), n;

	if (fd < 0)
		return NULL;
	/* What is whole of a damaged one is a tape that was cut. */
	while ((n = gzread(from, buffer, sizeof(buffer))) > 0)
		if (!write_all(fd, buffer, (size_t)n))
			return NULL;
	return path_of(fd);
}

const char *
spool_file(const char *file)
{
	char magic[sizeof(TAPE_MAGIC) - 1];
	const char *path = file;
	struct stat st;
	gzFile from;
	bool is_tape;

	/* A pipe with a name is read once. */
	if (stat(file, &st) != 0 || !S_ISREG(st.st_mode))
		return file;
	from = gzopen(file, "re");
	if (from == NULL)
		return file; /* whoever reads it says why not */
	is_tape = gzread(from, magic, sizeof(magic)) == sizeof(magic) &&
	    memcmp(magic, TAPE_MAGIC, sizeof(magic)) == 0;
	if (is_tape && !gzdirect(from))
		path = gzrewind(from) == 0 ? unpack(from) : NULL;
	gzclose(from);
	return path;
}

const char *
spool_unpacker(const char *file)
{
	static const struct {
		const char *begins, *program;
	} known[] = {
		{ "\xfd" "7zXZ", "xz" }, { "\x28\xb5\x2f\xfd", "zstd" },
		{ "BZh", "bzip2" }, { "\x04\x22\x4d\x18", "lz4" },
	};
	char begin[8] = "";
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : pread(fd, begin, sizeof(begin), 0);

	if (fd >= 0)
		close(fd);
	for (size_t i = 0; n > 0 && i < ARRAY_LEN(known); i++)
		if ((size_t)n >= strlen(known[i].begins) && memcmp(begin,
		    known[i].begins, strlen(known[i].begins)) == 0)
			return known[i].program;
	return NULL;
}
