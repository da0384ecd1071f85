/*
 * verb_run - starts a program with diagnostics on, in the place of diag.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/cli/inspect.h"
#include "tool/cli/items.h"
#include "tool/cli/leakrun.h"
#include "tool/cli/locate.h"
#include "tool/cli/options_say.h"
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
"With --leaks diag waits for the program and reports what it never freed on\n"
"standard error: exit status 1 when there are leaks, else the program's.\n"
"What globals, stacks or other reachable blocks still point to is no leak.\n"
"\n"
"  diag run --leaks -- ./test-suite\n"
"\n"
"  --flame=OUT   also as a flame graph, an SVG file for a browser\n"
"  --number=N    how many stacks are printed (20)\n"
"  --suppressions=FILE\n"
"                leave out what FILE names, in LeakSanitizer's grammar\n"
"  --reachable   what is still pointed to at the end is a leak, too\n"
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

/* A command that has passed the examination. */
struct command {
	int argc;
	char **argv;
	struct inspect_target t;
};

static int
execute(void *arg)
{
	struct command *c = arg;

	if (c->t.by_shell)
		execute_by_shell(&c->t, c->argc, c->argv);
	else
		execv(c->t.path, c->argv);
	say("%s: %m", c->t.path);
	return EXIT_NOT_EXEC;
}

/* The items with those of --leaks in front, so that the user's own win. */
static char **
with_leaks(char **items, int n)
{
	char **all = calloc((size_t)n + 2, sizeof(*all));

	if (all == NULL)
		return NULL;
	all[0] = strdup(leakrun_items());
	for (int i = 0; i < n; i++)
		all[i + 1] = items[i];
	return all;
}

static int
run_for_leaks(struct command *c, const char *library, char **items, int n,
    const struct leakrun *l)
{
	int status = EXIT_MISUSE;

	if (!leakrun_check(l) || !leakrun_make_log())
		return EXIT_MISUSE;

	char **all = with_leaks(items, n);

	if (all == NULL)
		say("%m");
	else if (set_environment(library, all, n + 1))
		status = leakrun_report(l, c->argv[0], execute, c);
	if (all != NULL)
		free(all[0]);
	free(all);
	leakrun_clean();
	return status;
}

static int
run_command(struct command *c, char **items, int n, const struct leakrun *l)
{
	char library[PATH_MAX];

	if (!inspect_command(c->argv[0], &c->t))
		return say_misuse("%s", c->t.why);
	if (!locate_library(library))
		return EXIT_MISUSE;
	if (l != NULL)
		return run_for_leaks(c, library, items, n, l);
	if (!set_environment(library, items, n))
		return EXIT_MISUSE;
	return execute(c);
}

/* Does one of the @n words with items ask for a log? */
static bool
asks_for_log(char **items, int n)
{
	for (int i = 0; i < n; i++)
		if (strncmp(items[i], "log=", 4) == 0 ||
		    strstr(items[i], ",log=") != NULL)
			return true;
	return false;
}

static bool
set_number(unsigned *to, const char *word)
{
	uint64_t n;

	if (!options_number(word, UINT_MAX, &n)) {
		say("run: --number=%s: not a number", word);
		return false;
	}
	*to = (unsigned)n;
	return true;
}

static bool
set_option(int which, const char *word, struct leakrun *l, bool *leaks)
{
	switch (which) {
	case 'l':
		*leaks = true;
		return true;
	case 'r':
		l->reachable = true;
		return true;
	case 'f':
		l->flame = word;
		return true;
	case 's':
		l->suppressions = word;
		return true;
	case 'n':
		return set_number(&l->number, word);
	}
	return false;
}

/* The options before the items; returns the index after them, or -1.  A "--"
 * that getopt passed over is ours to see: it ends the items too. */
static int
parse_options(int argc, char **argv, struct leakrun *l, bool *leaks)
{
	static const struct option known[] = {
		{ "leaks", no_argument, NULL, 'l' },
		{ "flame", required_argument, NULL, 'f' },
		{ "suppressions", required_argument, NULL, 's' },
		{ "reachable", no_argument, NULL, 'r' },
		{ "number", required_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	int which;

	opterr = 0;
	optind = 1;
	while ((which = getopt_long(argc, argv, "+:", known, NULL)) != -1) {
		if (which == ':' || which == '?') {
			options_say("run", which, argv[optind - 1], known);
			return -1;
		}
		/* The end of the options is no file. */
		if (optarg != NULL && strcmp(optarg, "--") == 0) {
			options_say("run", ':', argv[optind - 2], known);
			return -1;
		}
		if (!set_option(which, optarg, l, leaks))
			return -1;
	}
	return strcmp(argv[optind - 1], "--") == 0 ? optind - 1 : optind;
}

static int
run(int argc, char **argv)
{
	static struct command c;
	struct leakrun l = { .number = 20 };
	bool leaks = false;
	int i = parse_options(argc, argv, &l, &leaks);

	if (i < 0)
		return EXIT_MISUSE;
	if (!leaks && (l.flame != NULL || l.suppressions != NULL ||
	    l.reachable))
		return say_misuse("run: --flame, --suppressions and "
		    "--reachable go with --leaks");

	char **items = argv + i;

	while (i < argc && items_looks_like(argv[i]))
		i++;

	int n = (int)(argv + i - items);

	if (leaks && asks_for_log(items, n))
		return say_misuse("run: --leaks reads a log of its own: for "
		    "one that stays, run leaks=20,log=FILE, and then diag "
		    "report --leaks FILE");
	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (i >= argc)
		return say_misuse("run: no command (see diag help run)");
	c.argc = argc - i;
	c.argv = argv + i;
	return run_command(&c, items, n, leaks ? &l : NULL);
}

const struct verb verb_run = {
	.name = "run",
	.arguments = "[--leaks [OPTION...]] [KEY=VALUE[,...]...] [--]\n"
	    "                COMMAND [ARGUMENT...]",
	.summary = "run a program with diagnostics on",
	.text = text,
	.run = run,
};
