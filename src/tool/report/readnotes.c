/*
 * readnotes - what a reader found besides events, and could not read.
 */
#include "tool/report/readnotes.h"

void
readnotes_drop(struct readnotes *n)
{
	timeline_drop(&n->timeline);
}
