/*
 * poolline - the POOL line.
 *
 *	POOL 2005ms: libuv#1 workers=4 idle=0 runqueue=37 [-] rate=1289/s
 *	    wait=1.2/8.4/31ms run=0.3/2.1/9.0ms via=libuv busy=4 blocked=1
 *	    saturated=100% oldest=2.4s longest=5.2s cpu=183% delay=3ms
 *	    lockwait=0ms wakeup=0.02/0.1/1ms		(on one line)
 *
 * A value is a number, "~" and a number when it is an estimate, or "-" when it
 * is not known.
 *
 * Memory   the caller's; a list of views.
 * Threads  the diag thread alone.
 * Fork     nothing to do.
 */
#ifndef DIAG_SCHEDTRACE_POOLLINE_H
#define DIAG_SCHEDTRACE_POOLLINE_H

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "shim/pools/poolview.h"

enum { POOLLINES = 16 };

/* The pools of one period: the busiest of them, and sums over all. */
struct poolline_list {
	unsigned count;		/* views in the list */
	unsigned seen;		/* pools that there are */
	unsigned more;		/* that found no place in it */
	uint64_t waiting;	/* tasks, in all of them */
	enum known waiting_known;
	struct poolview view[POOLLINES];	/* busiest first */
};

DETACHED void poolline_begin(struct poolline_list *list);
/* Puts @v in its place, unless it has nothing to say; a poolview_fn. */
DETACHED void poolline_add(struct poolview *v, void *list);

/* "NAME#N", without white space. */
SIGNAL_SAFE void poolline_write_name(struct buf *b, const char *name,
    unsigned number);
/* The line of @v, without its newline; @ms since the start. */
DETACHED void poolline_write(struct buf *b, uint64_t ms,
    const struct poolview *v);
/* A count as it is known: "37", "~37", "-". */
SIGNAL_SAFE void poolline_write_count(struct buf *b, enum known known,
    uint64_t n);
/* The share of the period in which every worker was busy, in percent. */
unsigned poolline_saturation(const struct poolview *v);

#endif
