/*
 * verdict - does a pool starve, and of what?
 *
 * A pool starves when tasks wait although that is no moment's matter: every
 * worker is busy and has been, or the oldest task has waited for long.  Then
 * one of five causes is named, if the figures name it:
 *
 *	lock convoy	the workers' time goes into waiting for a lock
 *	no CPU		they could run, and something else has the CPUs
 *	slow task	workers are in tasks that take far longer than usual
 *	held up		in the middle of their tasks they wait for one thing
 *	too few workers	none of these: tasks come and go, too many for them
 *
 * What is judged is one view; what the pool did before is in its crew.
 *
 * Memory   the caller's.
 * Threads  the diag thread alone.
 * Fork     nothing to do.
 */
#ifndef DIAG_SCHEDTRACE_VERDICT_H
#define DIAG_SCHEDTRACE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "shim/pools/poolview.h"
#include "shim/tasks/crew.h"

/* CAUSE_HELD_UP: where the workers are tells it from CAUSE_FEW; see
 * starving.c. */
enum cause {
	CAUSE_NONE, CAUSE_CONVOY, CAUSE_NO_CPU, CAUSE_SLOW, CAUSE_FEW,
	CAUSE_HELD_UP,
};

struct verdict {
	bool starves;
	enum cause cause;
	unsigned saturated;	/* percent, of @saturated_ns or the period */
	uint64_t saturated_ns;	/* in every period of it; 0: not now */
	unsigned delayed;	/* percent of the time in which they could
				 * run, and did not */
	bool slow;		/* the longest task is worth a word */
};

/* Judges @v; @c is its crew, whose memory of earlier periods goes on. */
DETACHED struct verdict verdict_judge(const struct poolview *v,
    struct crew *c);

/* "libuv#1 saturated 100% for 3.0s, oldest task waits 2.4s": how it begins. */
DETACHED void verdict_write(struct buf *b, const struct poolview *v,
    const struct verdict *j);
/* " (lock convoy)": how it ends; nothing without a cause. */
SIGNAL_SAFE void verdict_write_cause(struct buf *b, enum cause cause);

#endif
