/*
 * picture - a log of periods, drawn: one SVG image, or a page with one.
 *
 * Memory   nothing is kept.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TIMELINE_PICTURE_H
#define DIAG_TIMELINE_PICTURE_H

#include <stdio.h>

#include "tool/timeline/timeline.h"

struct picture_options {
	const char *title;	/* the log's name */
	bool choose;		/* only process @pid */
	uint32_t pid;
	unsigned pools;		/* of a process, at most */
	bool html;		/* a page, with the sentences above */
};

/* False when there is nothing to draw. */
bool picture_print(const struct timeline *t,
    const struct picture_options *opt, FILE *to);

#endif
