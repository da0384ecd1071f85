/*
 * lines - records of whole lines, however many there are.
 */
#include "shim/ticker/lines.h"

#include "shim/sink/sink.h"

/* One byte is kept for the newline of a line that was cut. */
static size_t
cap(const struct lines *l)
{
	return LINES_RECORD - 1 - l->prefixes - sink_prefix_len();
}

void
lines_begin(struct lines *l)
{
	l->whole = l->prefixes = 0;
	l->text = (struct buf){ .data = l->data, .cap = cap(l) };
}

void
lines_end_line(struct lines *l)
{
	l->data[l->text.len++] = '\n';
	l->whole = l->text.len;
	l->prefixes += sink_prefix_len();
	l->text.cut = false;
	l->text.cap = cap(l);
	lines_need(l, LINES_ROOM);
}

void
lines_need(struct lines *l, size_t n)
{
	size_t with = n + l->prefixes + sink_prefix_len();

	if (l->whole > LINES_RECORD - MIN(with, (size_t)LINES_RECORD))
		lines_end(l);
}

void
lines_end(struct lines *l)
{
	if (l->whole != 0)
		sink_put(l->data, l->whole);
	lines_begin(l);
}
