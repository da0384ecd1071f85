/*
 * lines - records of whole lines, however many there are.
 *
 * Lines are printed one after the other into one buffer; as soon as there is no
 * room left in it for another long line, it goes to the sink.  So a long dump
 * becomes a few records of at most LINES_RECORD bytes, the sink's prefixes
 * included, each ending at the end of a line.
 *
 * Memory   the caller's struct.
 * Threads  one owner.
 * Fork     nothing to do.
 */
#ifndef DIAG_TICKER_LINES_H
#define DIAG_TICKER_LINES_H

#include <stddef.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"

enum {
	LINES_RECORD = 4096,
	LINES_ROOM = 1024,	/* the longest line that is never cut */
};

struct lines {
	struct buf text;	/* print the line here, without its newline */
	size_t whole;		/* bytes of it that are whole lines */
	size_t prefixes;	/* bytes that the sink adds to them */
	char data[LINES_RECORD];
};

IN_HOOK void lines_begin(struct lines *l);
/* The line in @l->text is complete. */
IN_HOOK void lines_end_line(struct lines *l);
/* The next line may take @n bytes, more than LINES_ROOM. */
IN_HOOK void lines_need(struct lines *l, size_t n);
/* Puts out what is left. */
IN_HOOK void lines_end(struct lines *l);

#endif
