/*
 * verb_help - what the command can do, in its own words.
 */
#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/options/options.h"
#include "tool/cli/say.h"
#include "tool/cli/verbs.h"

static const char text[] =
"Without an argument: the list of verbs.  With `keys`: the keys of\n"
"the DIAG variable with their defaults; --roff prints them as the\n"
"manual page diag(7) has them.\n";

void
verb_help_overview(FILE *to)
{
	fputs("usage: diag VERB [ARGUMENT...]\n"
	      "       diag --help | --version\n\n", to);
	for (const struct verb *const *v = verbs; *v != NULL; v++)
		fprintf(to, "  %-8s %s\n", (*v)->name, (*v)->summary);
	fputs("\ndiag help VERB explains one; diag(1) is the manual, diag(7) "
	      "explains\nthe DIAG variable and every line it prints.\n", to);
}

/* The keys for people, or as the rows of the table in diag(7). */
static int
print_keys(bool roff)
{
	static char keys[16 * KIB];
	struct buf b = BUF(keys);

	if (roff)
		options_manual(&b);
	else
		options_help(&b);
	fwrite(b.data, 1, b.len, stdout);
	return EXIT_DONE;
}

static int
run(int argc, char **argv)
{
	if (argc < 2) {
		verb_help_overview(stdout);
		return EXIT_DONE;
	}

	bool roff = argc == 3 && strcmp(argv[2], "--roff") == 0;

	if (strcmp(argv[1], "keys") == 0 && (argc == 2 || roff))
		return print_keys(roff);
	if (argc > 2)
		return say_misuse("help: one verb at a time");

	const struct verb *v = verbs_find(argv[1]);

	if (v == NULL)
		return verbs_say_unknown(argv[1]);
	printf("usage: diag %s %s\n\n%s", v->name, v->arguments, v->text);
	return EXIT_DONE;
}

const struct verb verb_help = {
	.name = "help",
	.arguments = "[VERB | keys [--roff]]",
	.summary = "explain a verb, or the keys of DIAG",
	.text = text,
	.run = run,
};
