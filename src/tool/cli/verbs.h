/*
 * verbs - the table of what the command can do.
 *
 * The table is the origin of the dispatch, of `diag help` and of the list of
 * verbs that the manual page diag(1) must carry.  Each verb is a file of its
 * own, verb_NAME.c.
 *
 * Memory   static.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_VERBS_H
#define DIAG_CLI_VERBS_H

#include <stddef.h>
#include <stdio.h>

struct verb {
	const char *name;
	const char *arguments;	/* as in the usage line */
	const char *summary;	/* half a line */
	const char *text;	/* what `diag help NAME` says after the usage */
	/* Does the work; argv[0] is the verb's name.  Returns the exit status
	 * of the command. */
	int (*run)(int argc, char **argv);
};

extern const struct verb verb_ctl;
extern const struct verb verb_env;
extern const struct verb verb_help;
extern const struct verb verb_plot;
extern const struct verb verb_report;
extern const struct verb verb_run;

/* The verbs in the order of the help; ends with NULL. */
extern const struct verb *const verbs[];

/* The verb called @name, or NULL. */
const struct verb *verbs_find(const char *name);

/* Says that there is no verb @name, with the nearest one when there is one
 * near.  Returns EXIT_MISUSE. */
int verbs_say_unknown(const char *name);

/* The overview that `diag`, `diag help` and `diag --help` print. */
void verb_help_overview(FILE *to);

#endif
