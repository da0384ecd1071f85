/*
 * say - messages of the command to its user.
 *
 * Everything the command has to say about itself goes to stderr and begins
 * with "diag: "; results go to stdout.
 *
 * Memory   none.
 * Threads  one: the command has no others.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_SAY_H
#define DIAG_CLI_SAY_H

#include "common/base/attrs.h"

/* What the command ends with.  A program that `diag run` starts ends with a
 * status of its own. */
enum exit_status {
	EXIT_DONE = 0,		/* done, and the answer is yes */
	EXIT_NO = 1,		/* done, and the answer is no: leaks found */
	EXIT_MISUSE = 2,	/* not done: wrong use, wrong target, no file */
	EXIT_NOT_EXEC = 126	/* the kernel refused to start the program */
};

/* Prints "diag: ", the sentence and a newline to stderr. */
void say(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* The same; returns EXIT_MISUSE, so that a verb can end with it. */
int say_misuse(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
