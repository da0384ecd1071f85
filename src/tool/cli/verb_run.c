/*
 * verb_run - starts a program with diagnostics on, in the place of diag.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/cli/inspect.h"
#include "tool/cli/items.h"
#include "tool/cli/locate.h"
#include "tool/cli/say.h"
#include "tool/cli/verbs.h"

static const char text[] =
"Starts COMMAND with libdiag.so preloaded and DIAG set to the\n"
"items; what DIAG holds already comes first.  The program takes the\n"
"place of diag, so its process number and exit status are its own.\n"
"\n"
"A program that cannot be traced (static, built for musl or for\n"
"another machine, setuid, a sanitizer inside) is not started: one\n"
"sentence says why, and the exit status is 2.\n"
"\n"
"  diag run gctrace=1,schedtrace=1000 -- ./server --port 8080\n"
"  diag run leaks=10 ./program\n"
"\n"
"The keys: diag help keys, or diag(7).\n";

/* Puts @library and the items into the environment of what comes. */
static bool
set_environment(const char *library, char **items, int n)
{
	char *diag = items_value(getenv("DIAG"), items, n);

	if (diag == NULL)
		return false;

	char *preload = locate_preload_with(library, getenv("LD_PRELOAD"));
	bool done = preload != NULL && setenv("LD_PRELOAD", preload, 1) == 0;

	if (done && diag[0] != '\0')
		done = setenv("DIAG", diag, 1) == 0;
	if (!done)
		say("%m");
	free(diag);
	free(preload);
	return done;
}

/* Text without a first line goes to the shell, as in execvp(3). */
static void
execute_by_shell(struct inspect_target *t, int argc, char **argv)
{
	char shell[] = "/bin/sh";
	char **args = calloc((size_t)argc + 2, sizeof(*args));

	if (args == NULL)
		return;
	args[0] = shell;
	args[1] = t->path;
	for (int i = 1; i <= argc; i++)
		args[i + 1] = argv[i];
	execv(args[0], args);
	free(args);
}

static int
execute(int argc, char **argv, char **items, int n)
{
	static struct inspect_target t;
	char library[PATH_MAX];

	if (!inspect_command(argv[0], &t))
		return say_misuse("%s", t.why);
	if (!locate_library(library))
		return EXIT_MISUSE;
	if (!set_environment(library, items, n))
		return EXIT_MISUSE;
	if (t.by_shell)
		execute_by_shell(&t, argc, argv);
	else
		execv(t.path, argv);
	say("%s: %m", t.path);
	return EXIT_NOT_EXEC;
}

static int
run(int argc, char **argv)
{
	int i = 1;

	if (i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0)
		return say_misuse("run: %s: unknown option", argv[i]);

	char **items = argv + i;

	while (i < argc && items_looks_like(argv[i]))
		i++;

	int n = (int)(argv + i - items);

	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (i >= argc)
		return say_misuse("run: no command (usage: diag run %s)",
		    verb_run.arguments);
	return execute(argc - i, argv + i, items, n);
}

const struct verb verb_run = {
	.name = "run",
	.arguments = "[KEY=VALUE[,...]...] [--] COMMAND [ARGUMENT...]",
	.summary = "run a program with diagnostics on",
	.text = text,
	.run = run,
};
