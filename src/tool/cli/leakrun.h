/*
 * leakrun - runs a program to its end and reports what it never freed.
 *
 * Memory   what it needs, until the end of the command.
 * Threads  one.
 * Fork     the program is a child; signals that end diag go to it.
 */
#ifndef DIAG_CLI_LEAKRUN_H
#define DIAG_CLI_LEAKRUN_H

#include <stdbool.h>

struct leakrun {
	const char *flame;		/* file of a flame graph, or NULL */
	const char *suppressions;	/* file, or NULL */
	unsigned number;		/* groups to print */
	bool reachable;			/* also what is still pointed to */
};

/* Can what @l names be read and written?  False after saying why not: before
 * the program runs, and not after hours of it. */
bool leakrun_check(const struct leakrun *l);

/* A file for the log of the program to come, in a new directory; false with a
 * message said.  leakrun_clean() removes both. */
bool leakrun_make_log(void);
void leakrun_clean(void);

/* The item that makes the program write it: "leaks=...,log=...". */
const char *leakrun_items(void);

/* In place of exec: calls @exec(@arg) in a child, waits for it, prints the
 * report to stderr.  Returns the exit status: EXIT_NO when there are leaks,
 * else the program's own. */
int leakrun_report(const struct leakrun *l, const char *name,
    int (*exec)(void *arg), void *arg);

#endif
