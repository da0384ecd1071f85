/*
 * input - a file of any length, line by line, with a bar while it lasts.
 * One that gzip wrote is read as what is in it.
 *
 * Memory   one buffer; a line longer than it is given in pieces, the first
 *          piece as a line and the rest skipped.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TOOL_INPUT_H
#define DIAG_TOOL_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zlib.h>

#include "tool/base/bar.h"

struct input {
	gzFile file;
	char *buffer;
	size_t at, len;		/* what is read and not taken */
	uint64_t size;		/* of the file, bytes; 0: not known */
	int64_t changed_s;	/* the file, since 1970; 0: not known */
	struct bar bar;
	bool skipping;		/* the rest of a line that was too long */
	uint64_t long_lines;
	bool unended;		/* the last line has no newline */
	bool damaged;		/* what gzip wrote is cut or changed */
	int err;		/* errno of a read that failed */
};

/* Opens @path, or standard input for "-".  False with errno. */
bool input_open(struct input *in, const char *path);
void input_close(struct input *in);

/* The next line without its newline; false at the end. */
bool input_line(struct input *in, const char **line, size_t *len);

#endif
