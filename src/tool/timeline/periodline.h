/*
 * periodline - one SCHED, POOL or gc line, taken apart.
 *
 * SCHED and POOL lines are words of the form key=value.  They are read in any
 * order and unknown ones are passed over, so that a log of a younger libdiag
 * is read as far as this command understands it.  Times are in milliseconds.
 *
 * Memory   the results point into the line.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_TIMELINE_PERIODLINE_H
#define DIAG_TIMELINE_PERIODLINE_H

#include <stdbool.h>
#include <stddef.h>

enum periodline_kind {
	PERIOD_OTHER,
	PERIOD_SCHED,
	PERIOD_POOL,
	PERIOD_VERDICT,		/* a POOL line that judges, in words */
	PERIOD_MORE,		/* "POOL 2005ms: 5 more" */
	PERIOD_GC
};

/* "12", "~12", "-" */
struct figure {
	float value;
	bool known, estimated;
};

/* Where the figures of a line stand in it: by kind of line. */
enum sched_figure {
	SCHED_PROCS, SCHED_IDLEPROCS, SCHED_THREADS, SCHED_SPINNING,
	SCHED_IDLE, SCHED_QUEUE, SCHED_RUNNABLE, SCHED_CPU, SCHED_DELAY,
	SCHED_LOCKWAIT, SCHED_PSI, SCHED_THROTTLED,
	SCHED_FIGURES
};

/* What has three parts is the median, the 99th percentile, the largest. */
enum pool_figure {
	POOL_WORKERS, POOL_IDLE, POOL_BUSY, POOL_BLOCKED, POOL_QUEUE,
	POOL_RATE, POOL_SATURATED, POOL_CPU, POOL_DELAY, POOL_LOCKWAIT,
	POOL_OLDEST, POOL_LONGEST,	/* waiting; running */
	POOL_WAIT, POOL_WAIT_P99, POOL_WAIT_MAX,
	POOL_RUN, POOL_RUN_P99, POOL_RUN_MAX,
	POOL_WAKEUP, POOL_WAKEUP_P99, POOL_WAKEUP_MAX,
	POOL_FIGURES
};

enum gc_figure {
	GC_CPU_SHARE,			/* per cent, since the start */
	GC_MAP_MS, GC_PURGE_MS, GC_UNMAP_MS,	/* clock */
	GC_APP_MS, GC_BACKGROUND_MS, GC_FORCED_MS,	/* cpu */
	GC_BEFORE, GC_AFTER, GC_LIVE, GC_GOAL, GC_STACKS,	/* MB */
	GC_AT_EXIT,		/* known: the last one, while all is freed */
	GC_FIGURES
};

enum { PERIOD_FIGURES = POOL_FIGURES };

struct periodtext {
	const char *at;
	size_t len;
};

struct periodline {
	enum periodline_kind kind;
	double ms;			/* since the process started */
	struct periodtext name;		/* of the pool */
	struct periodtext via;		/* how the pool is known */
	struct periodtext words;	/* of a verdict, after the name */
	struct figure f[PERIOD_FIGURES];
};

/* Takes the @len bytes at @line (without prefix and newline) apart.  False,
 * and PERIOD_OTHER, when it is none of ours. */
bool periodline_parse(const char *line, size_t len, struct periodline *out);

#endif
