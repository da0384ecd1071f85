/*
 * verb_report - reads what libdiag.so wrote.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/cli/say.h"
#include "tool/cli/verbs.h"
#include "tool/report/figures.h"
#include "tool/report/report.h"

static const char text[] =
"Reads a tape, or a text log (allocfreetrace=1 or 2, leaks=; mixed with\n"
"what the program printed; - is standard input).  Without an option: a\n"
"summary, then the stacks that leaked most.\n"
"\n"
"  --top=KEY     the stacks with the largest KEY: bytes, count, peak,\n"
"                temporary (freed by the same thread before its next\n"
"                allocation) or leaked\n"
"  --leaks       what was never freed; exit status 1 when there is some\n"
"  --tree        callers and what they call\n"
"  --diff        what changed from a first file, OLD, to FILE\n"
"  --folded      one line a stack, for flamegraph tools\n"
"  --flame=OUT   a flame graph, an SVG file for a browser\n"
"  --plot=OUT    the heap over time, an SVG file\n"
"  --pprof=OUT   a profile for go tool pprof\n"
"  --json        everything, for other programs\n"
"\n"
"  --by=KEY      what --tree, --diff, --folded and --flame count\n"
"  --number=N    how many stacks are printed (20)\n"
"  --no-source   without files, lines and inlined calls\n"
"\n"
"Which blocks are leaks:\n"
"  --min-age=S   older than S seconds at the end\n"
"  --after=S     allocated S seconds after the start or later\n"
"  --min-size=N, --max-size=N\n"
"                bytes\n"
"  --thread=T    allocated by the thread of that name or number\n"
"  --module=M    with a frame in that module\n"
"  --suppressions=FILE\n"
"                leave out what FILE names, in LeakSanitizer's grammar\n";

enum output {
	OUT_DEFAULT, OUT_TOP, OUT_LEAKS, OUT_TREE, OUT_DIFF, OUT_FOLDED,
	OUT_FLAME, OUT_PLOT, OUT_PPROF, OUT_JSON,
	/* options that are not outputs follow */
	SET_BY, SET_NUMBER, SET_NO_SOURCE, SET_MIN_AGE, SET_AFTER,
	SET_MIN_SIZE, SET_MAX_SIZE, SET_THREAD, SET_MODULE, SET_SUPPRESSIONS
};

static const struct option options[] = {
	{ "top", required_argument, NULL, OUT_TOP },
	{ "leaks", no_argument, NULL, OUT_LEAKS },
	{ "tree", no_argument, NULL, OUT_TREE },
	{ "diff", no_argument, NULL, OUT_DIFF },
	{ "folded", no_argument, NULL, OUT_FOLDED },
	{ "flame", required_argument, NULL, OUT_FLAME },
	{ "plot", required_argument, NULL, OUT_PLOT },
	{ "pprof", required_argument, NULL, OUT_PPROF },
	{ "json", no_argument, NULL, OUT_JSON },
	{ "by", required_argument, NULL, SET_BY },
	{ "number", required_argument, NULL, SET_NUMBER },
	{ "no-source", no_argument, NULL, SET_NO_SOURCE },
	{ "min-age", required_argument, NULL, SET_MIN_AGE },
	{ "after", required_argument, NULL, SET_AFTER },
	{ "min-size", required_argument, NULL, SET_MIN_SIZE },
	{ "max-size", required_argument, NULL, SET_MAX_SIZE },
	{ "thread", required_argument, NULL, SET_THREAD },
	{ "module", required_argument, NULL, SET_MODULE },
	{ "suppressions", required_argument, NULL, SET_SUPPRESSIONS },
	{ 0 }
};

struct request {
	enum output output;
	const char *to;			/* of --flame, --plot, --pprof */
	const char *suppressions;
	struct report_options opt;
};

static bool
set_key(struct request *q, const char *word)
{
	for (unsigned k = 0; k < REPORT_KEYS; k++)
		if (strcmp(word, figures_key_word(k)) == 0) {
			q->opt.by = k;
			return true;
		}
	return false;
}

/* A whole number, or seconds with decimals, times @unit. */
static bool
set_number(uint64_t *to, const char *word, double unit)
{
	char *end;

	errno = 0;

	double v = strtod(word, &end);

	if (errno != 0 || end == word || *end != '\0' || !(v >= 0) ||
	    v * unit > 1e18)
		return false;
	*to = (uint64_t)(v * unit);
	return true;
}

static bool
set_option(struct request *q, int which, const char *word)
{
	uint64_t n;

	switch (which) {
	case SET_BY:
		return set_key(q, word);
	case SET_NUMBER:
		if (!set_number(&n, word, 1))
			return false;
		q->opt.number = (unsigned)MIN(n, (uint64_t)1 << 30);
		return true;
	case SET_NO_SOURCE:
		q->opt.source = false;
		return true;
	case SET_MIN_AGE:
		return set_number(&q->opt.min_age_ns, word, 1e9);
	case SET_AFTER:
		return set_number(&q->opt.after_ns, word, 1e9);
	case SET_MIN_SIZE:
		return set_number(&q->opt.min_size, word, 1);
	case SET_MAX_SIZE:
		return set_number(&q->opt.max_size, word, 1);
	case SET_THREAD:
		q->opt.thread = word;
		return true;
	case SET_MODULE:
		q->opt.module = word;
		return true;
	default:
		q->suppressions = word;
		return true;
	}
}

static bool
set_output(struct request *q, int which, const char *word)
{
	if (q->output != OUT_DEFAULT) {
		say("report: one kind of output at a time");
		return false;
	}
	q->output = (enum output)which;
	q->to = word;
	if (which != OUT_TOP || set_key(q, word))
		return true;
	say("report: --top=%s: not one of bytes, count, peak, temporary, "
	    "leaked", word);
	return false;
}

/* Fills @q; returns the index of the first operand, or -1. */
static int
parse(int argc, char **argv, struct request *q)
{
	int which, index = 0;

	opterr = 0;
	optind = 0;
	while ((which = getopt_long(argc, argv, ":", options, &index)) >= 0) {
		if (which == ':' || which == '?') {
			say(which == ':' ? "report: %s: needs a value" :
			    "report: %s: unknown option", argv[optind - 1]);
			return -1;
		}
		if (which < SET_BY) {
			if (!set_output(q, which, optarg))
				return -1;
		} else if (!set_option(q, which, optarg)) {
			say("report: --%s=%s: not understood",
			    options[index].name, optarg);
			return -1;
		}
	}
	return optind;
}

static bool
open_report(struct report *r, const char *path, const struct request *q)
{
	int err = report_open(r, path, &q->opt);

	if (err < 0)
		say("%s: %s", path, strerror(-err));
	if (err == 0 && q->suppressions != NULL) {
		err = suppress_read(&r->suppress, q->suppressions);
		if (err < 0)
			say("%s: %s", q->suppressions, strerror(-err));
		if (err > 0)
			say("%s: line %d is not leak:PATTERN",
			    q->suppressions, err);
	}
	if (err == 0 && r->notes.ours == 0 && !r->notes.is_tape) {
		say("%s: no line of diag's in it", path);
		err = 1;
	}
	if (err != 0)
		report_drop(r);
	return err == 0;
}

/* --flame, --plot, --pprof: into the file @q->to. */
static int
write_file(struct report *r, const struct request *q)
{
	FILE *to = strcmp(q->to, "-") == 0 ? stdout : fopen(q->to, "we");
	int err = 0;

	if (to == NULL)
		return say_misuse("%s: %m", q->to);
	if (q->output == OUT_FLAME)
		flame_print(r, to);
	else if (q->output == OUT_PLOT)
		err = plot_print(r, to);
	else if (!pprof_print(r, to))
		err = -EIO;
	if (fflush(to) != 0 && err == 0)
		err = -errno;
	if (to != stdout)
		fclose(to);
	if (err != 0)
		return say_misuse("%s: %s", q->to, strerror(-err));
	return EXIT_DONE;
}

static int
print(struct report *r, const struct request *q)
{
	switch (q->output) {
	case OUT_DEFAULT:
		summary_print(r, stdout);
		putchar('\n');
		leaks_print(r, stdout);
		return EXIT_DONE;
	case OUT_TOP:
		top_print(r, stdout);
		return EXIT_DONE;
	case OUT_LEAKS:
		return leaks_print(r, stdout) > 0 ? EXIT_NO : EXIT_DONE;
	case OUT_TREE:
		tree_print(r, stdout);
		return EXIT_DONE;
	case OUT_FOLDED:
		folded_print(r, stdout);
		return EXIT_DONE;
	case OUT_JSON:
		json_print(r, stdout);
		return EXIT_DONE;
	default:
		return write_file(r, q);
	}
}

static int
run_diff(char **files, const struct request *q)
{
	struct report *r = calloc(2, sizeof(*r));
	int status = EXIT_MISUSE;

	if (r == NULL)
		return say_misuse("%m");
	if (open_report(&r[0], files[0], q)) {
		if (open_report(&r[1], files[1], q)) {
			diff_print(&r[0], &r[1], stdout);
			report_drop(&r[1]);
			status = EXIT_DONE;
		}
		report_drop(&r[0]);
	}
	free(r);
	return status;
}

static int
run(int argc, char **argv)
{
	struct request q = {
		.opt = { .by = BY_BYTES, .number = 20, .source = true },
	};
	int first = parse(argc, argv, &q);
	int want = q.output == OUT_DIFF ? 2 : 1;
	struct report r;

	if (first < 0)
		return EXIT_MISUSE;
	if (argc - first != want)
		return say_misuse(q.output == OUT_DIFF ?
		    "report: --diff needs two files, OLD and NEW" :
		    "report: one file, or - for standard input");
	if (q.output == OUT_DIFF)
		return run_diff(argv + first, &q);
	if (q.output == OUT_PLOT && strcmp(argv[first], "-") == 0)
		return say_misuse("report: --plot reads its file twice: not "
		    "standard input");
	if (!open_report(&r, argv[first], &q))
		return EXIT_MISUSE;

	int status = print(&r, &q);

	report_drop(&r);
	return status;
}

const struct verb verb_report = {
	.name = "report",
	.arguments = "[OPTION...] FILE",
	.summary = "read a log of allocations: leaks, peaks, flame graphs",
	.text = text,
	.run = run,
};
