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
};

struct report {
	const char *path;
	struct report_options opt;
	struct model m;
	struct readnotes notes;
	struct names names;
	struct suppress suppress;
};

/* Reads @path into @r.  0 or a negative errno. */
int report_open(struct report *r, const char *path,
    const struct report_options *opt);
void report_drop(struct report *r);

/* Reads the events alone: a log, or a tape.  0 or a negative errno. */
int report_read(struct model *m, const char *path, struct readnotes *notes);

/* What is in the file, and what could not be read. */
void summary_print(struct report *r, FILE *to);

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
/* False when @to could not be written. */
bool pprof_print(struct report *r, FILE *to);

#endif
