/*
 * timeline - what the SCHED, POOL and gc lines of a log say, by process.
 *
 * Lines are put in as they are read.  Times in a log count from the start of
 * the process that wrote the line; when they go back, another process of the
 * same prefix (a later run that was appended) has begun.
 *
 * Memory   owned until timeline_drop(); grows with the lines.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TIMELINE_TIMELINE_H
#define DIAG_TIMELINE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool/timeline/periodline.h"

struct sched_sample {
	double ms;
	struct figure f[SCHED_FIGURES];
};

struct pool_sample {
	double ms;
	struct figure f[POOL_FIGURES];
};

struct gc_sample {
	double ms;
	struct figure f[GC_FIGURES];
};

struct pool {
	char *name, *via;
	struct pool_sample *samples;
	size_t n, cap;
};

/* A pool that starves, from its first verdict line to its last one without a
 * period between that has none. */
struct verdict {
	char *pool, *words;	/* of the last line */
	double from_ms, to_ms;
	unsigned lines;
};

struct process {
	uint32_t pid;		/* 0: its lines have no prefix */
	unsigned run;		/* 1, 2, ... of the same pid */
	struct sched_sample *sched;
	struct gc_sample *gc;
	struct pool *pools;
	struct verdict *verdicts;
	size_t n_sched, n_gc, n_pools, n_verdicts;
	size_t c_sched, c_gc, c_pools, c_verdicts;
	double last_ms;
	unsigned more;		/* lines "5 more" */
};

struct timeline {
	struct process *processes;
	size_t n, cap;
	uint64_t left_out;	/* lines of processes beyond those we keep */
};

void timeline_drop(struct timeline *t);

/* Puts in the line of @len bytes at @line, written by @pid.  False when it is
 * no SCHED, POOL or gc line. */
bool timeline_add(struct timeline *t, uint32_t pid, const char *line,
    size_t len);

/* The usual distance of @p's SCHED (else POOL) lines, or 0. */
double timeline_period_ms(const struct process *p);

/* How many SCHED lines should have come between two that are @ms apart. */
unsigned timeline_missing(double ms, double period_ms);

/* From the beginning of the first period to the last line. */
double timeline_from_ms(const struct process *p);
double timeline_to_ms(const struct process *p);

/* "process 4242", "the process", "the process, run 2". */
const char *timeline_name(const struct process *p, char *to, size_t size);

#endif
