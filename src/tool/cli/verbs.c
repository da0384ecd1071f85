/*
 * verbs - the table of what the command can do.
 */
#include "tool/cli/verbs.h"

#include <string.h>

#include "common/base/attrs.h"
#include "tool/cli/say.h"

const struct verb verbs[] = {
	{
	    .name = "run",
	    .arguments = "[KEY=VALUE[,...]...] [--] COMMAND [ARGUMENT...]",
	    .summary = "run a program with diagnostics on",
	    .text =
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
	    "The keys: diag help keys, or diag(7).\n",
	    .run = verb_run,
	},
	{
	    .name = "env",
	    .arguments = "[--shell=NAME] [--unset | KEY=VALUE[,...]...]",
	    .summary = "print shell code that turns diagnostics on",
	    .text =
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
	    "                name in SHELL by default\n",
	    .run = verb_env,
	},
	{
	    .name = "help",
	    .arguments = "[VERB | keys [--roff]]",
	    .summary = "explain a verb, or the keys of DIAG",
	    .text =
	    "Without an argument: the list of verbs.  With `keys`: the keys of\n"
	    "the DIAG variable with their defaults; --roff prints them as the\n"
	    "manual page diag(7) has them.\n",
	    .run = verb_help,
	},
	{ .name = NULL },
};

const struct verb *
verbs_find(const char *name)
{
	for (const struct verb *v = verbs; v->name != NULL; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

enum { WORD_MAX = 16 };

/* How many letters must change, appear or go to make @a into @b. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t m = strnlen(a, WORD_MAX);
	size_t n = strnlen(b, WORD_MAX);

	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= m; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned same = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = MIN(same, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[n];
}

int
verbs_say_unknown(const char *name)
{
	const struct verb *nearest = NULL;
	unsigned best = 3; /* further away is no slip of the finger */

	for (const struct verb *v = verbs; v->name != NULL; v++) {
		unsigned d = distance(name, v->name);

		if (d < best && d < strlen(v->name)) {
			best = d;
			nearest = v;
		}
	}
	if (nearest == NULL)
		return say_misuse("%s: unknown verb (see diag help)", name);
	return say_misuse("%s: unknown verb (did you mean %s?)", name,
	    nearest->name);
}
