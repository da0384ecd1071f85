/*
 * lines - records of whole lines, however many there are.
 */
#include "shim/trace/lines.h"

#include "shim/sink/sink.h"

void
lines_begin(struct lines *l)
{
	l->whole = 0;
	/* One byte is kept for the newline of a line that was cut. */
	l->text = (struct buf){ .data = l->data, .cap = LINES_RECORD - 1 };
}

void
lines_end_line(struct lines *l)
{
	l->data[l->text.len++] = '\n';
	l->whole = l->text.len;
	l->text.cut = false;
	lines_need(l, LINES_ROOM);
}

void
lines_need(struct lines *l, size_t n)
{
	if (l->whole > LINES_RECORD - MIN(n, (size_t)LINES_RECORD))
		lines_end(l);
}

void
lines_end(struct lines *l)
{
	if (l->whole != 0)
		sink_put(l->data, l->whole);
	lines_begin(l);
}
