/*
 * bar - how far a long reading is, on a terminal.
 */
#include "tool/base/bar.h"

#include <stdio.h>
#include <unistd.h>

#include "common/base/attrs.h"

#define BAR_LEAST (64 * MIB)	/* smaller files are read at once */

void
bar_start(struct bar *b, uint64_t size)
{
	*b = (struct bar){ .size = size };
	b->on = size >= BAR_LEAST && isatty(STDERR_FILENO);
}

void
bar_show(struct bar *b, uint64_t done)
{
	static const char marks[] = "########################################";
	unsigned percent;

	if (!b->on || done > b->size)
		return;
	percent = (unsigned)(done * 100 / b->size);
	if (percent == b->shown)
		return;
	b->shown = percent;
	fprintf(stderr, "\rreading [%-40.*s] %u%%", (int)(percent * 2 / 5),
	    marks, percent);
}

void
bar_end(struct bar *b)
{
	if (b->on)
		fputs("\r\033[K", stderr);
	b->on = false;
}
