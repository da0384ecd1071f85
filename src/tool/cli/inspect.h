/*
 * inspect - can this command be traced?  Asked before it is started.
 *
 * A static program, one for musl or for another machine, a setuid one: the
 * loader would not preload us, or would complain, and the user would look at
 * silence.  So the file is found as the shell would find it, and its headers
 * are read; a script leads to its interpreter, and `env` in its first line to
 * the program that env starts.  Nothing is run and nothing is changed.
 *
 * Memory   the caller's.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_INSPECT_H
#define DIAG_CLI_INSPECT_H

#include <limits.h>
#include <stdbool.h>

struct inspect_target {
	char path[PATH_MAX];		/* the file to execute */
	char why[2 * PATH_MAX + 256];	/* "FILE: reason" when it cannot be
					 * traced */
	bool by_shell;	/* text without #!: execute it with /bin/sh */
};

/* Finds @command (in PATH when it has no slash) and examines it.  True when it
 * can be traced; false with @t->why set. */
bool inspect_command(const char *command, struct inspect_target *t);

#endif
