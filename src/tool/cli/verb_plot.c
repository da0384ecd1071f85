/*
 * verb_plot - draws what schedtrace and gctrace wrote.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "tool/cli/options_say.h"
#include "tool/cli/say.h"
#include "tool/cli/verbs.h"
#include "tool/report/report.h"
#include "tool/report/tapereader.h"
#include "tool/timeline/picture.h"

static const char text[] =
"Reads a log with SCHED, POOL and gc lines (schedtrace=, gctrace=; mixed\n"
"with what the program printed; - is standard input) and draws it over\n"
"time: workers by state, time in queue, CPU, delays, threads, heap.\n"
"\n"
"  -o OUT, --output=OUT\n"
"                where to write; a name that ends in .html becomes a page\n"
"                with the summary, any other an SVG image\n"
"  --pid=N       only the process of the lines \"diag[N] \"; 0: of the\n"
"                lines without a prefix\n"
"  --pools=N     how many pools of a process are drawn (6): those whose\n"
"                tasks wait longest\n";

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "pid", required_argument, NULL, 'p' },
	{ "pools", required_argument, NULL, 'n' },
	{ 0 }
};

static bool
set_number(uint32_t *to, const char *word)
{
	uint64_t n;

	if (!options_number(word, UINT32_MAX, &n))
		return false;
	*to = (uint32_t)n;
	return true;
}

/* Returns the index of the first operand, or -1. */
static int
parse(int argc, char **argv, struct picture_options *opt, const char **out)
{
	int which;

	opterr = 0;
	optind = 0;
	while ((which = getopt_long(argc, argv, ":o:", options,
	    NULL)) >= 0) {
		bool good = true;

		if (which == 'o') {
			*out = optarg;
		} else if (which == 'p') {
			opt->choose = true;
			good = set_number(&opt->pid, optarg);
		} else if (which == 'n') {
			good = set_number(&opt->pools, optarg);
		} else {
			options_say("plot", which, argv[optind - 1], options);
			return -1;
		}
		if (!good) {
			say("plot: %s: not understood", optarg);
			return -1;
		}
	}
	return optind;
}

static bool
ends_in(const char *path, const char *ending)
{
	size_t n = strlen(path), m = strlen(ending);

	return n > m && strcmp(path + n - m, ending) == 0;
}

static int
write_picture(const struct timeline *t, const struct picture_options *opt,
    const char *out)
{
	bool is_file = out != NULL && strcmp(out, "-") != 0;
	FILE *to = is_file ? fopen(out, "we") : stdout;
	bool drawn, written;

	if (to == NULL)
		return say_misuse("%s: %m", out);
	drawn = picture_print(t, opt, to);
	written = fflush(to) == 0 && !ferror(to);
	if (is_file)
		fclose(to);
	if (!written)
		return say_misuse("%s: %m", is_file ? out :
		    "standard output");
	if (drawn)
		return EXIT_DONE;
	if (is_file)
		unlink(out);
	return say_misuse("%s: %s", opt->title, opt->choose ?
	    "no two SCHED, POOL or gc lines of that process in it" :
	    "no two SCHED, POOL or gc lines in it");
}

static int
plot(const char *path, struct picture_options *opt, const char *out)
{
	struct readnotes notes;
	struct model m;
	int status;

	if (tapereader_is_tape(path))
		return say_misuse("%s: a tape: its heap is drawn by diag "
		    "report --plot=OUT", path);
	model_start(&m);
	status = report_read(&m, path, &notes);
	model_drop(&m);
	if (status < 0)
		return say_misuse("%s: %s", path, strerror(-status));
	opt->title = strcmp(path, "-") == 0 ? "standard input" : path;
	opt->html = out != NULL && (ends_in(out, ".html") ||
	    ends_in(out, ".htm"));
	status = write_picture(&notes.timeline, opt, out);
	readnotes_drop(&notes);
	return status;
}

static int
run(int argc, char **argv)
{
	struct picture_options opt = { .pools = 6 };
	const char *out = NULL;
	int first = parse(argc, argv, &opt, &out);

	if (first < 0)
		return EXIT_MISUSE;
	if (argc - first != 1)
		return say_misuse("plot: one log, or - for standard input");
	if (out == NULL && isatty(STDOUT_FILENO))
		return say_misuse("plot: standard output is a terminal: "
		    "name a file with -o");
	return plot(argv[first], &opt, out);
}

const struct verb verb_plot = {
	.name = "plot",
	.arguments = "[-o OUT] [--pid=N] [--pools=N] LOG",
	.summary = "draw SCHED, POOL and gc lines over time, as SVG or HTML",
	.text = text,
	.run = run,
};
