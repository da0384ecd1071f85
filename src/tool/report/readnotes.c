/*
 * readnotes - what a reader found besides events, and could not read.
 */
#include "tool/report/readnotes.h"

#include <stdlib.h>

void
readnotes_drop(struct readnotes *n)
{
	free(n->worst_sched);
	free(n->last_gc);
	n->worst_sched = n->last_gc = NULL;
}
