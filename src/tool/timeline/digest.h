/*
 * digest - the few sentences that a log of periods comes to.
 *
 * Memory   the moments are owned until digest_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TIMELINE_DIGEST_H
#define DIAG_TIMELINE_DIGEST_H

#include <stdio.h>

#include "tool/timeline/timeline.h"

/* A mean, and the largest with its time. */
struct extent {
	unsigned n;
	double sum, most, most_ms;
	bool estimated;		/* one of them was */
};

/* The worst of all pools in one period, and what the process did then. */
struct moment {
	double ms;
	struct figure wait, saturated, cpu, delay, lockwait;
	const struct pool *pool;	/* that waited longest; NULL: none */
};

/* What makes a minute the worst one. */
enum digest_by {
	DIGEST_BY_WAIT, DIGEST_BY_SATURATION, DIGEST_BY_DELAY, DIGEST_BY_CPU,
	DIGEST_BY_NOTHING
};

struct digest {
	const struct process *process;
	double period_ms;
	unsigned missing;		/* SCHED lines */
	struct moment *moments;		/* in order of time */
	size_t n_moments;
	struct extent cpu, delay, lockwait, threads, throttled;
	enum digest_by by;
	size_t worst, worst_end;	/* the worst minute's moments */
	const struct moment *longest;	/* with the longest wait, or NULL */
};

struct pool_digest {
	struct extent workers, saturated;
	bool saturated_known;	/* told; else counted from idle=0 */
	const struct pool_sample *worst;
};

struct gc_digest {
	struct extent resident, live, paid;
	const struct gc_sample *last;	/* before the end's */
	double growth_mb_min;
	bool grows_known;	/* enough cycles to tell */
	bool is_steady;		/* it grows by less than cycles differ */
};

void digest_make(struct digest *d, const struct process *p);
void digest_drop(struct digest *d);

void digest_pool(struct pool_digest *d, const struct pool *p);
void digest_gc(struct gc_digest *d, const struct process *p);

/* The longest that a task waits in @s, finished waiting or not. */
struct figure digest_wait(const struct pool_sample *s);

/* The share of the period (in per cent) in which all workers were busy; from
 * one look, as an estimate, when it is not told. */
struct figure digest_saturated(const struct pool_sample *s);

/* All of @t, in words. */
void digest_print(const struct timeline *t, FILE *to);

/* "0.2 MB", "147 MB", "45010 MB" */
const char *digest_mb(char to[24], double mb);

/* "grows ~1.2 MB a minute", "is steady"; "" when it is not known. */
const char *digest_growth(char to[64], const struct gc_digest *d);

/* "12ms", "2.4s": three digits that mean something. */
const char *digest_ms(char to[24], double ms);

#endif
