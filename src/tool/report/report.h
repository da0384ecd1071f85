/*
 * report - what a log or a tape says, read once and then asked.
 *
 * Memory   owned until report_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_REPORT_H
#define DIAG_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tool/report/model.h"
#include "tool/report/names.h"
#include "tool/report/readnotes.h"
#include "tool/report/suppress.h"

/* What stacks are ordered by, and what a picture shows. */
enum report_key {
	BY_BYTES,	/* bytes allocated in all */
	BY_COUNT,	/* allocations */
	BY_PEAK,	/* bytes live when the heap was largest */
	BY_TEMPORARY,	/* freed by the same thread before its next one */
	BY_LEAKED,	/* bytes never freed */
	BY_FREED,	/* bytes freed, by the stacks that freed them */
	REPORT_KEYS
};

struct report_options {
	enum report_key by;
	unsigned number;	/* groups to print */
	bool source;		/* file, line and inlined calls */
	/* Which leaked blocks count. */
	uint64_t min_age_ns, after_ns, min_size, max_size;
	const char *thread;	/* name or number; NULL any */
	const char *module;	/* in the stack; NULL any */
	bool reachable;		/* also what is still pointed to */
};

/* One of the files of a report, and what it added to the sums. */
struct report_part {
	const char *name;
	struct readnotes notes;
	struct totals t;
};

struct report {
	const char *path;	/* of the file, or the one read last */
	const char *name;	/* what it is called */
	char together[32];	/* "3 files" */
	struct report_options opt;
	struct model m;
	struct readnotes notes;	/* of the one file, or of all together */
	struct report_part *parts;	/* NULL: one file */
	size_t n_parts;
	struct names names;
	struct suppress suppress;
};

/* Reads @path into @r.  0 or a negative errno. */
int report_open(struct report *r, const char *path,
    const struct report_options *opt);
/* The same with @n files, as those of processes that belong together: stacks
 * are counted over all of them; what needs one clock (the peak) is not. */
int report_open_all(struct report *r, const char *const *paths,
    const char *const *names, size_t n, const struct report_options *opt);
void report_drop(struct report *r);

/* Reads the events alone: a log, or a tape.  0 or a negative errno. */
int report_read(struct model *m, const char *path, struct readnotes *notes);

/* What is in the file, and what could not be read. */
void summary_print(struct report *r, FILE *to);
/* True when it has anything to say about allocations. */
bool summary_has_allocations(const struct report *r);

/* The outputs.  Those that return a number return how many groups (stacks)
 * they printed. */
void top_print(struct report *r, FILE *to);
unsigned leaks_print(struct report *r, FILE *to);
void tree_print(struct report *r, FILE *to);
void diff_print(struct report *old, struct report *new_, FILE *to);
void folded_print(struct report *r, FILE *to);
void json_print(struct report *r, FILE *to);
void flame_print(struct report *r, FILE *to);
/* Reads the file again.  0 or a negative errno. */
int plot_print(struct report *r, FILE *to);
void gperf_print(struct report *r, FILE *to);
/* False when @to could not be written. */
bool pprof_print(struct report *r, FILE *to);

#endif
