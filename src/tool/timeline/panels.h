/*
 * panels - what a picture shows of one process, one panel below the other.
 *
 * Memory   the caller's.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TIMELINE_PANELS_H
#define DIAG_TIMELINE_PANELS_H

#include <stdio.h>

#include "tool/timeline/grid.h"

/* Draws at most @pools pools (those whose tasks wait longest) and the rest of
 * @p from @top down; returns where it ends.  Verdicts carry their number,
 * from 1, in p->verdicts. */
double panels_put(FILE *to, const struct process *p, unsigned pools,
    double top);

/* The panels of the heap. */
double panels_heap(FILE *to, const struct process *p, const struct grid *g,
    double top);

/* A transparent column over everything between @top and @bottom for each
 * column of @g; a browser shows its figures to a mouse that rests there. */
void panels_tips(FILE *to, const struct process *p, const struct grid *g,
    double top, double bottom);

#endif
