/*
 * input - a file of any length, line by line, with a bar while it lasts.
 */
#include "tool/base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

#define BUFFER MIB

bool
input_open(struct input *in, const char *path)
{
	struct stat st;
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) :
	    open(path, O_RDONLY | O_CLOEXEC);

	*in = (struct input){ 0 };
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		errno = EISDIR;
		return false;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		in->size = (uint64_t)st.st_size;
		in->changed_s = st.st_mtim.tv_sec;
	}
	in->file = gzdopen(fd, "r");
	if (in->file == NULL) {
		close(fd);
		errno = ENOMEM;
		return false;
	}
	bar_start(&in->bar, in->size);
	in->buffer = alloc_zeroed(BUFFER, 1);
	return true;
}

void
input_close(struct input *in)
{
	bar_end(&in->bar);
	gzclose(in->file);
	free(in->buffer);
}

/* What ended the file before its end. */
static void
note_end(struct input *in)
{
	int err;

	gzerror(in->file, &err);
	if (err == Z_ERRNO)
		in->err = errno;
	else if (err != Z_OK && err != Z_STREAM_END)
		in->damaged = true;
}

/* Reads more after what is there; false at the end. */
static bool
fill(struct input *in)
{
	int n;

	memmove(in->buffer, in->buffer + in->at, in->len - in->at);
	in->len -= in->at;
	in->at = 0;
	n = gzread(in->file, in->buffer + in->len,
	    (unsigned)(BUFFER - in->len));
	if (n <= 0) {
		note_end(in);
		return false;
	}
	in->len += (size_t)n;
	bar_show(&in->bar, (uint64_t)gzoffset(in->file));
	return true;
}

/* The line that ends at a newline in the buffer, or at the end of all. */
static bool
find_line(struct input *in, const char **line, size_t *len)
{
	size_t seen = 0;

	for (;;) {
		char *start = in->buffer + in->at;
		size_t there = in->len - in->at;
		char *end = memchr(start + seen, '\n', there - seen);

		*line = start;
		*len = end != NULL ? (size_t)(end - start) : there;
		if (end != NULL) {
			in->at += *len + 1;
			return true;
		}
		seen = there;
		if (there < BUFFER && fill(in))
			continue;
		in->at = in->len;
		if (there < BUFFER) {
			in->unended = there > 0;
			return there > 0;
		}
		in->long_lines++;
		in->skipping = true;
		return true;
	}
}

bool
input_line(struct input *in, const char **line, size_t *len)
{
	while (in->skipping) {
		in->skipping = false;
		/* find_line() sets it again for another piece. */
		if (!find_line(in, line, len))
			return false;
	}
	return find_line(in, line, len);
}
