/*
 * operands - the files that a verb reads, as the user named them.
 *
 * A name that is no file and has *, ? or [ is a pattern: a tape=app.%p.tape
 * leaves a file for each process, and a quoted 'app.*.tape' means them all.
 *
 * Memory   owned until operands_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_OPERANDS_H
#define DIAG_CLI_OPERANDS_H

#include <glob.h>
#include <stdbool.h>
#include <stddef.h>

struct operands {
	glob_t found;
	const char **paths;	/* what to open */
	const char **names;	/* what to call it */
	size_t n;
};

/* Fills @o from @n words.  @again: standard input will be read more than
 * once.  False, with nothing to drop, when that cannot be; it is said. */
bool operands_take(struct operands *o, char **words, int n, bool again);
void operands_drop(struct operands *o);

#endif
