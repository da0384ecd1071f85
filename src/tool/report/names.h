/*
 * names - what a frame is called in a report.
 *
 * A frame becomes one or more places: the function that was compiled there,
 * and the calls that were inlined into it.  Without debug information it is
 * the name from the log, demangled; without a symbol, module+0xaddress.
 *
 * Memory   owned until names_drop(); strings are numbers in model.strings.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_NAMES_H
#define DIAG_REPORT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tool/report/model.h"

struct name {
	uint32_t function, file;	/* file 0: not known */
	uint32_t linkage;		/* as the linker knows it, or 0 */
	unsigned line;
};

struct names {
	struct model *m;
	struct places *places;
	bool source;
	struct name *all;
	size_t n_all, c_all;
	struct {
		uint32_t first, count;	/* count 0: not asked yet */
	} *of;				/* by frame */
	size_t n_of;
};

/* @source: look for file, line and inlined calls. */
void names_start(struct names *n, struct model *m, bool source);
void names_drop(struct names *n);

/* The names of frame @frame, innermost first; *@count of them. */
const struct name *names_of(struct names *n, uint32_t frame, unsigned *count);

const char *names_text(const struct names *n, uint32_t string);

/* The file without its directories, or NULL when it is not known. */
const char *names_file(const struct names *n, const struct name *name);

/* Says of which objects names or lines are missing, or may be wrong, among
 * those that were asked for.  @recorded_s: when, since 1970; 0: not known. */
void names_print_doubts(struct names *n, int64_t recorded_s, FILE *to);

/* Copies @name without the arguments of its templates: "a<..>::b".  Returns
 * @to, which has room for @size bytes; what is longer is cut. */
char *names_brief(char *to, size_t size, const char *name);

#endif
