/*
 * collector - what a collector of logs put before each line.
 *
 * A log from journald, syslog, kubectl, docker or a supervisor has a time, a
 * name or more before each line, in the same shape each time; or each line is
 * a text in a JSON object.  Most of our lines tell by themselves where they
 * begin (logsearch.h); from such a line the shape is learned, and lines that
 * do not tell, such as a blank one, are found by it.
 *
 * Memory   a text of its own until collector_drop(); what is returned is good
 *          until the next call.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_COLLECTOR_H
#define DIAG_REPORT_COLLECTOR_H

#include <stddef.h>

#include "tool/report/logline.h"

enum { COLLECTOR_SHAPE_MAX = 256 };

/* All zero is one that has learned nothing. */
struct collector {
	char shape[COLLECTOR_SHAPE_MAX];
	size_t len;		/* of @shape; 0: none is known */
	char *text;		/* what a JSON object held */
	size_t room;
};

/* Takes the @len bytes at @line (without the newline) apart, without what a
 * collector put around them.  The parts of @out point into the line or into
 * @c. */
void collector_parse(struct collector *c, const char *line, size_t len,
    struct logline *out);

void collector_drop(struct collector *c);

#endif
