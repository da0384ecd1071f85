/*
 * main - the diag command: finds the verb and lets it work.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tool/cli/say.h"
#include "tool/cli/verbs.h"

/* Output that did not reach its file is not done, whatever the verb says. */
static int
finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	say("standard output: %m");
	return EXIT_MISUSE;
}

static int
run_option(const char *option)
{
	if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
		verb_help_overview(stdout);
		return EXIT_DONE;
	}
	if (strcmp(option, "--version") == 0 || strcmp(option, "-V") == 0) {
		printf("diag %s\n", PACKAGE_VERSION);
		return EXIT_DONE;
	}
	return say_misuse("%s: unknown option (see diag --help)", option);
}

static int
run_verb(int argc, char **argv)
{
	const struct verb *v = verbs_find(argv[0]);

	if (v == NULL)
		return verbs_say_unknown(argv[0]);
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		char help[] = "help";
		char *args[] = { help, argv[0], NULL };

		return verb_help.run(2, args);
	}
	return v->run(argc, argv);
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		verb_help_overview(stderr);
		return EXIT_MISUSE;
	}
	if (argv[1][0] == '-')
		return finish(run_option(argv[1]));
	return finish(run_verb(argc - 1, argv + 1));
}
