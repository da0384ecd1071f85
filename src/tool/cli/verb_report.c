/*
 * verb_report - reads what libdiag.so wrote.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/attrs.h"
#include "tool/base/bigstack.h"
#include "tool/base/figures.h"
#include "tool/cli/operands.h"
#include "tool/cli/options_say.h"
#include "tool/cli/say.h"
#include "tool/cli/spool.h"
#include "tool/cli/verbs.h"
#include "tool/dwarf/places.h"
#include "tool/report/filters.h"
#include "tool/report/keys.h"
#include "tool/report/report.h"
#include "tool/report/told.h"

static const char text[] =
"Reads a tape, or a text log (allocfreetrace=1 or 2, leaks=, schedtrace=,\n"
"gctrace=; mixed with what the program printed, and from journald, docker\n"
"or syslog; - is standard input).\n"
"Without an option: a summary, then the stacks that leaked most.  Several\n"
"files, or a quoted pattern ('app.*.tape'), are processes that belong\n"
"together: each is told, then all of them.\n"
"\n"
"  --top=KEY     the stacks with the largest KEY: bytes, count, peak,\n"
"                temporary (freed by the same thread before its next\n"
"                allocation), leaked or freed (by the stacks that free)\n"
"  --leaks       what was never freed; exit status 1 when there is some\n"
"  --tree        callers and what they call\n"
"  --diff        what changed from a first file, OLD, to FILE\n"
"  --folded      one line a stack, for flamegraph tools\n"
"  --flame=OUT   a flame graph, an SVG file for a browser\n"
"  --plot=OUT    the heap over time, an SVG file\n"
"  --pprof=OUT   a profile for go tool pprof\n"
"  --gperf=OUT   a heap profile for google-pprof\n"
"  --json        everything, for other programs\n"
"\n"
"  --by=KEY      what --tree, --diff, --folded and --flame count\n"
"  --number=N    how many stacks are printed (20)\n"
"  --debug=DIR   debug files by build-id: below DIR, too\n"
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
"                leave out what FILE names, in LeakSanitizer's grammar\n"
"  --reachable   also what was still pointed to at the end, where the log\n"
"                tells (leaks= and not a tape)\n";

enum output {
	OUT_DEFAULT, OUT_TOP, OUT_LEAKS, OUT_TREE, OUT_DIFF, OUT_FOLDED,
	OUT_FLAME, OUT_PLOT, OUT_PPROF, OUT_GPERF, OUT_JSON,
	/* options that are not outputs follow */
	SET_BY, SET_NUMBER, SET_NO_SOURCE, SET_DEBUG, SET_MIN_AGE, SET_AFTER,
	SET_MIN_SIZE, SET_MAX_SIZE, SET_THREAD, SET_MODULE, SET_SUPPRESSIONS,
	SET_REACHABLE
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
	{ "gperf", required_argument, NULL, OUT_GPERF },
	{ "json", no_argument, NULL, OUT_JSON },
	{ "by", required_argument, NULL, SET_BY },
	{ "number", required_argument, NULL, SET_NUMBER },
	{ "no-source", no_argument, NULL, SET_NO_SOURCE },
	{ "debug", required_argument, NULL, SET_DEBUG },
	{ "min-age", required_argument, NULL, SET_MIN_AGE },
	{ "after", required_argument, NULL, SET_AFTER },
	{ "min-size", required_argument, NULL, SET_MIN_SIZE },
	{ "max-size", required_argument, NULL, SET_MAX_SIZE },
	{ "thread", required_argument, NULL, SET_THREAD },
	{ "module", required_argument, NULL, SET_MODULE },
	{ "suppressions", required_argument, NULL, SET_SUPPRESSIONS },
	{ "reachable", no_argument, NULL, SET_REACHABLE },
	{ 0 }
};

struct request {
	enum output output;
	const char *to;			/* of --flame, --plot, ... */
	const char *suppressions;
	struct report_options opt;
};

static bool
set_key(struct request *q, const char *word)
{
	for (unsigned k = 0; k < REPORT_KEYS; k++)
		if (strcmp(word, keys_word(k)) == 0) {
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
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
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
	case SET_REACHABLE:
		q->opt.reachable = true;
		return true;
	case SET_DEBUG:
		places_search(word);
		return is_directory(word);
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

static const char *
expected(int which)
{
	switch (which) {
	case SET_BY:
		return "not one of bytes, count, peak, temporary, leaked, "
		    "freed";
	case SET_MIN_AGE:
	case SET_AFTER:
		return "not a number of seconds";
	case SET_DEBUG:
		return "not a directory";
	case SET_NUMBER:
		return "not a number";
	default:
		return "not a number of bytes";
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
	say("report: --top=%s: %s", word, expected(SET_BY));
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
			options_say("report", which, argv[optind - 1],
			    options);
			return -1;
		}
		if (which < SET_BY) {
			if (!set_output(q, which, optarg))
				return -1;
		} else if (!set_option(q, which, optarg)) {
			say("report: --%s=%s: %s", options[index].name,
			    optarg, expected(which));
			return -1;
		}
	}
	return optind;
}

/* A mistyped name would look like a program without leaks. */
static void
say_unmet(const struct report *r)
{
	struct nearest near;
	const char *filter = filters_unmet(r, &near);

	if (filter != NULL && near.name != NULL)
		say("report: --%s=%s: there is none (did you mean %s?)",
		    filter, near.typed, near.name);
	else if (filter != NULL)
		say(r->m.n_threads == 0 && r->opt.thread != NULL ?
		    "report: --%s=%s: it is not told whose the blocks are" :
		    "report: --%s=%s: there is none", filter, near.typed);
}

/* Neither a tape nor a log: why may that be? */
static void
say_nothing_found(const struct report *r)
{
	const char *program = spool_unpacker(r->path);

	if (program != NULL)
		say("%s: is compressed: %s -dc %s | diag report -", r->name,
		    program, r->name);
	else if (r->notes.lines == 0 && r->notes.unpacked_part)
		say("%s: gzip wrote it, and it is cut or changed", r->name);
	else if (r->notes.lines == 0)
		say("%s: is empty", r->name);
	else
		say("%s: neither a tape nor a log: no line of diag's in it",
		    r->name);
}

static bool
open_report(struct report *r, const struct operands *o, size_t from, size_t n,
    const struct request *q)
{
	int err = report_open_all(r, o->paths + from, o->names + from, n,
	    &q->opt);

	if (err < 0)
		say("%s: %s", r->name, r->notes.why != NULL ? r->notes.why :
		    strerror(-err));
	if (err == 0 && q->suppressions != NULL) {
		err = suppress_read(&r->suppress, q->suppressions);
		if (err < 0)
			say("%s: %s", q->suppressions, strerror(-err));
		if (err > 0)
			say("%s: line %d is not leak:PATTERN",
			    q->suppressions, err);
	}
	if (err == 0 && r->notes.ours == 0 && !r->notes.is_tape) {
		say_nothing_found(r);
		err = 1;
	}
	if (err != 0)
		report_drop(r);
	else
		say_unmet(r);
	return err == 0;
}

/* --flame, --plot, --pprof, --gperf: into the file @q->to. */
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
	else if (q->output == OUT_GPERF)
		gperf_print(r, to);
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
		if (!summary_has_allocations(r))
			return EXIT_DONE;
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
		if (q->opt.by == BY_LEAKED)
			told_print_unlisted(r, stderr);
		return EXIT_DONE;
	case OUT_JSON:
		json_print(r, stdout);
		return EXIT_DONE;
	default:
		return write_file(r, q);
	}
}

static int
run_diff(const struct operands *o, const struct request *q)
{
	struct report *r = calloc(2, sizeof(*r));
	int status = EXIT_MISUSE;

	if (r == NULL)
		return say_misuse("%m");
	if (open_report(&r[0], o, 0, 1, q)) {
		if (open_report(&r[1], o, 1, 1, q)) {
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
run_all(const struct operands *o, const struct request *q)
{
	bool by_time = q->output == OUT_PLOT || q->opt.by == BY_PEAK;
	struct report r;
	int status;

	if (q->output == OUT_DIFF && o->n != 2)
		return say_misuse("report: --diff needs two files, OLD and "
		    "NEW");
	if (q->output == OUT_DIFF)
		return run_diff(o, q);
	if (by_time && o->n > 1)
		return say_misuse("report: %s: one file, each process has a "
		    "clock of its own", q->output == OUT_PLOT ? "--plot" :
		    "peak");
	if (!open_report(&r, o, 0, o->n, q))
		return EXIT_MISUSE;
	status = print(&r, q);
	report_drop(&r);
	return status;
}

/* What is read, and what is asked of it. */
struct reading {
	struct operands *o;
	struct request *q;
};

static int
read_all(void *arg)
{
	struct reading *r = arg;

	return run_all(r->o, r->q);
}

static int
run(int argc, char **argv)
{
	struct request q = {
		.opt = { .by = BY_BYTES, .number = 20, .source = true },
	};
	int first = parse(argc, argv, &q), status;
	struct operands o;

	if (first < 0)
		return EXIT_MISUSE;
	if (argc == first)
		return say_misuse("report: a file, or - for standard input");
	if (!operands_take(&o, argv + first, argc - first,
	    q.output == OUT_PLOT))
		return EXIT_MISUSE;
	status = bigstack_call(read_all, &(struct reading){ &o, &q });
	operands_drop(&o);
	return status;
}

const struct verb verb_report = {
	.name = "report",
	.arguments = "[OPTION...] FILE...",
	.summary = "read a log or a tape: worst minute, leaks, flame graphs",
	.text = text,
	.run = run,
};
