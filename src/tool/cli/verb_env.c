/*
 * verb_env - shell code that makes a whole shell traceable.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/cli/items.h"
#include "tool/cli/locate.h"
#include "tool/cli/say.h"
#include "tool/cli/verbs.h"

static const char text[] =
"Prints commands for a shell, so that everything started from that\n"
"shell can be traced by setting DIAG:\n"
"\n"
"  eval \"$(diag env)\"\n"
"  DIAG=schedtrace=1000 ./server\n"
"\n"
"With DIAG unset, programs do not notice.  Items set DIAG as well.\n"
"\n"
"  --unset       take it back: remove libdiag.so from LD_PRELOAD,\n"
"                and DIAG\n"
"  --shell=NAME  sh, bash, zsh, ksh, dash, fish, csh or tcsh; the\n"
"                name in SHELL by default\n";

/* How a family of shells sets and unsets a variable, and how it writes a
 * single quote inside single quotes. */
struct shell {
	const char *set, *equals, *unset;
	const char *quote;
};

static const struct shell bourne = { "export ", "=", "unset ", "'\\''" };
static const struct shell fish = { "set -gx ", " ", "set -e ", "\\'" };
static const struct shell csh = { "setenv ", " ", "unsetenv ", "'\\''" };

static const struct {
	const char *name;
	const struct shell *shell;
} names[] = {
	{ "sh", &bourne }, { "bash", &bourne }, { "zsh", &bourne },
	{ "ksh", &bourne }, { "dash", &bourne }, { "mksh", &bourne },
	{ "fish", &fish }, { "csh", &csh }, { "tcsh", &csh },
};

static const struct shell *
shell_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].shell;
	return NULL;
}

/* The shell of SHELL; an unknown one most likely speaks sh. */
static const struct shell *
shell_of_user(void)
{
	const char *path = getenv("SHELL");

	if (path == NULL)
		return &bourne;

	const char *slash = strrchr(path, '/');
	const struct shell *s = shell_named(slash == NULL ? path : slash + 1);

	return s != NULL ? s : &bourne;
}

/* In fish a backslash is special inside single quotes; in csh, ! is. */
static void
print_quoted(const struct shell *s, const char *value)
{
	putchar('\'');
	for (; *value != '\0'; value++) {
		if (*value == '\'')
			fputs(s->quote, stdout);
		else if (s == &fish && *value == '\\')
			fputs("\\\\", stdout);
		else if (s == &csh && *value == '!')
			fputs("\\!", stdout);
		else
			putchar(*value);
	}
	putchar('\'');
}

/* An empty value unsets the variable. */
static void
print_variable(const struct shell *s, const char *name, const char *value)
{
	if (value[0] == '\0') {
		printf("%s%s;\n", s->unset, name);
		return;
	}
	printf("%s%s%s", s->set, name, s->equals);
	print_quoted(s, value);
	puts(";");
}

static int
print_unset(const struct shell *s)
{
	char *rest = locate_preload_without(getenv("LD_PRELOAD"));

	if (rest == NULL)
		return say_misuse("%m");
	print_variable(s, "LD_PRELOAD", rest);
	print_variable(s, "DIAG", "");
	free(rest);
	return EXIT_DONE;
}

static int
print_set(const struct shell *s, char **items, int n)
{
	char library[PATH_MAX];

	if (!locate_library(library))
		return EXIT_MISUSE;

	char *diag = items_value(NULL, items, n);

	if (diag == NULL)
		return EXIT_MISUSE;

	char *preload = locate_preload_with(library, getenv("LD_PRELOAD"));

	if (preload != NULL) {
		print_variable(s, "LD_PRELOAD", preload);
		if (diag[0] != '\0')
			print_variable(s, "DIAG", diag);
	}
	free(diag);
	free(preload);
	return preload != NULL ? EXIT_DONE : say_misuse("%m");
}

static int
run(int argc, char **argv)
{
	const struct shell *s = shell_of_user();
	bool unset = false;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--unset") == 0)
			unset = true;
		else if (strncmp(argv[i], "--shell=", 8) == 0)
			s = shell_named(argv[i] + 8);
		else
			return say_misuse("env: %s: unknown option (--unset "
			    "or --shell=NAME)", argv[i]);
		if (s == NULL)
			return say_misuse("env: %s: unknown shell (sh, bash, "
			    "zsh, ksh, dash, fish, csh, tcsh)", argv[i] + 8);
	}
	if (unset && i < argc)
		return say_misuse("env: --unset takes no items");
	for (int j = i; j < argc; j++)
		if (!items_looks_like(argv[j]))
			return say_misuse("env: %s: not KEY=VALUE", argv[j]);
	return unset ? print_unset(s) : print_set(s, argv + i, argc - i);
}

const struct verb verb_env = {
	.name = "env",
	.arguments = "[--shell=NAME] [--unset | KEY=VALUE[,...]...]",
	.summary = "print shell code that turns diagnostics on",
	.text = text,
	.run = run,
};
