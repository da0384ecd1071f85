/*
 * harness - a host program with and without us, and what differs.
 *
 *	harness [options] -- HOST [ARG]...
 *
 * HOST runs once plain (no LD_PRELOAD, no DIAG), then once for each mode with
 * $DIAG_LIB preloaded.  Standard output, exit status or signal, and standard
 * error without our own lines must be the same each time.  Our own lines are
 * those that match an expression of $DIAG_FORMATS (tests/golden/formats.ere).
 * Exit status 0 same, 1 different (each difference is one line on stderr),
 * 77 when HOST or libdiag.so is not there, 99 on misuse.
 *
 *	-d DIAG	a mode: the value of DIAG ("" leaves it unset); may repeat.
 *		Without -d the modes are: unset; all four traces to stderr;
 *		all four traces to a file.
 *	-c CMD	"CMD FILE" is run with our lines in FILE and must succeed, in
 *		every mode with a DIAG; may repeat
 *	-l	each mode with a DIAG also runs with log= to files (one for
 *		each process); then stderr must be the same to the byte, and
 *		every line of the files must match a format
 *	-m ERE	one of our lines must match, in every mode with a DIAG
 *	-x ERE	none of our lines may match
 *	-f	the open descriptors below 256 are the same at exit
 *	-p	stdout and stderr are pipes (default: files)
 *	-o	do not compare stdout (a host that prints addresses or times)
 *	-n	no plain run and no comparison: the host must only end with -s
 *	-s N	the host must end with status N (128 + signal when killed)
 *	-i FILE	standard input (default: /dev/null)
 *	-e V=X	in the environment of every run; may repeat
 *	-t SEC	patience (default 60); a host that runs longer is killed: fail
 *	-v	shows what our lines were
 *
 * In a test program foo.test (sh), listed in TESTS and dist_check_SCRIPTS:
 *	exec "$HARNESS" -f -m '^tracealloc' -- "$HOSTS/forker" 8
 * make check provides HARNESS, HOSTS, DIAG_LIB, DIAG_TOOL, DIAG_FORMATS,
 * top_srcdir and top_builddir.
 */
#include "tests/preload/harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_MODES = 32, MAX_ERES = 32 };

static struct {
	const char *mode[MAX_MODES * 2];
	unsigned modes;
	const char *must[MAX_ERES], *mustnot[MAX_ERES];
	const char *check[MAX_ERES];
	unsigned musts, mustnots, checks;
	struct run_how how;
	bool logs, any_stdout, no_plain, verbose;
	int status;
	char dir[64];
} opt = { .status = -1 };

static unsigned failures;

static const char all[] =
    "gctrace=2,schedtrace=20,scheddetail=1,allocfreetrace=1,memstats=exit";

static void
fail(const char *mode, const char *what)
{
	failures++;
	fprintf(stderr, "harness: DIAG=\"%s\": %s\n", mode, what);
}

/* Shows the first line in which two outputs differ. */
static void
fail_text(const char *mode, const char *what, const char *a, const char *b)
{
	size_t line = 1;

	while (*a == *b && *a != '\0') {
		line += *a == '\n';
		a++, b++;
	}
	failures++;
	fprintf(stderr, "harness: DIAG=\"%s\": %s differs in line %zu:\n"
	    "  plain: %.*s\n  ours:  %.*s\n", mode, what, line,
	    (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

static void
compare(const char *mode, const struct run *plain, const struct run *r)
{
	char text[128];

	if (r->timed_out) {
		fail(mode, "the host did not end");
		return;
	}
	if (opt.status >= 0 && r->status != opt.status) {
		snprintf(text, sizeof(text), "status %d, not %d", r->status,
		    opt.status);
		fail(mode, text);
	}
	if (opt.no_plain)
		return;
	if (r->status != plain->status) {
		snprintf(text, sizeof(text), "status %d, plain %d", r->status,
		    plain->status);
		fail(mode, text);
	}
	if (!opt.any_stdout && strcmp(r->out, plain->out) != 0)
		fail_text(mode, "stdout", plain->out, r->out);
	if (strcmp(r->err, plain->err) != 0)
		fail_text(mode, "stderr", plain->err, r->err);
	if (opt.how.descriptors && strcmp(r->fds, plain->fds) != 0)
		fail_text(mode, "open descriptors", plain->fds, r->fds);
}

static void
expect_lines(const char *mode, const struct run *r)
{
	for (unsigned i = 0; i < opt.musts; i++) {
		if (!lines_match(r->ours, opt.must[i])) {
			fail(mode, "none of our lines matches:");
			fprintf(stderr, "  %s\n", opt.must[i]);
		}
	}
	for (unsigned i = 0; i < opt.mustnots; i++) {
		if (lines_match(r->ours, opt.mustnot[i])) {
			fail(mode, "one of our lines matches:");
			fprintf(stderr, "  %s\n", opt.mustnot[i]);
		}
	}
}

/* Everything in the log files must be ours; they replace @r->ours. */
static void
take_logs(const char *mode, struct run *r)
{
	char *text = read_files(opt.dir);
	char *host;

	free(r->ours);
	lines_split(text, &host, &r->ours);
	if (*host != '\0')
		fail_text(mode, "a line of the log has no format:", "", host);
	free(host);
	free(text);
}

/* Runs the -c commands with our lines in a file. */
static void
run_checks(const char *mode, const struct run *r)
{
	char path[128], command[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/ours", opt.dir);
	f = fopen(path, "w");
	if (f == NULL)
		exit(99);
	fputs(r->ours, f);
	fclose(f);
	for (unsigned i = 0; i < opt.checks; i++) {
		snprintf(command, sizeof(command), "%s '%s' >&2", opt.check[i],
		    path);
		if (system(command) != 0)
			fail(mode, opt.check[i]);
	}
	unlink(path);
}

static void
run_mode(const char *mode, bool to_file, char **argv, const struct run *plain)
{
	char diag[2048], log[128];
	struct run r;

	snprintf(log, sizeof(log), "%s/log.%%p", opt.dir);
	snprintf(diag, sizeof(diag), "%s%s%s", mode, to_file ? ",log=" : "",
	    to_file ? log : "");
	run_host(&opt.how, diag, true, argv, &r);
	if (to_file)
		take_logs(diag, &r);
	compare(diag, plain, &r);
	if (diag[0] != '\0') {
		expect_lines(diag, &r);
		run_checks(diag, &r);
	} else if (*r.ours != '\0')
		fail_text(diag, "we printed with DIAG unset;", "", r.ours);
	if (opt.verbose)
		fprintf(stderr, "--- DIAG=\"%s\": our lines\n%s", diag, r.ours);
	run_drop(&r);
}

static void
usage(void)
{
	fprintf(stderr, "usage: harness [-d DIAG] [-m ERE] [-x ERE] [-c CMD] "
	    "[-s N] [-i FILE] [-e V=X] [-t SEC] [-lfponv] -- HOST [ARG]...\n"
	    "(the opening comment of tests/preload/harness.c tells more)\n");
	exit(99);
}

static void
add(const char **list, unsigned *n, unsigned max, const char *item)
{
	if (*n == max)
		usage();
	list[(*n)++] = item;
}

static void
parse_flag(int c)
{
	switch (c) {
	case 'l': opt.logs = true; break;
	case 'f': opt.how.descriptors = true; break;
	case 'p': opt.how.pipes = true; break;
	case 'o': opt.any_stdout = true; break;
	case 'n': opt.no_plain = true; break;
	case 'v': opt.verbose = true; break;
	default: usage();
	}
}

static char **
parse(int argc, char **argv)
{
	int c;

	opt.how.patience_s = 60;
	while ((c = getopt(argc, argv, "+d:m:x:c:s:i:e:t:lfponv")) != -1) {
		switch (c) {
		case 'd': add(opt.mode, &opt.modes, MAX_MODES, optarg); break;
		case 'm': add(opt.must, &opt.musts, MAX_ERES, optarg); break;
		case 'x':
			add(opt.mustnot, &opt.mustnots, MAX_ERES, optarg);
			break;
		case 'c': add(opt.check, &opt.checks, MAX_ERES, optarg); break;
		case 's': opt.status = atoi(optarg); break;
		case 'i': opt.how.stdin_file = optarg; break;
		case 'e':
			add(opt.how.env, &opt.how.envs, RUN_ENV_MAX, optarg);
			break;
		case 't': opt.how.patience_s = (unsigned)atoi(optarg); break;
		default: parse_flag(c);
		}
	}
	if (optind == argc || getenv("DIAG_LIB") == NULL)
		usage();
	return argv + optind;
}

int
main(int argc, char **argv)
{
	char **host = parse(argc, argv);
	struct run plain = { 0 };

	if (access(getenv("DIAG_LIB"), R_OK) != 0) {
		printf("SKIP: there is no libdiag.so to preload\n");
		return 77;
	}
	if (strchr(host[0], '/') != NULL && access(host[0], X_OK) != 0) {
		printf("SKIP: %s is not there\n", host[0]);
		return 77;
	}
	lines_load(getenv("DIAG_FORMATS"));
	snprintf(opt.dir, sizeof(opt.dir), "/tmp/diag-harness.XXXXXX");
	if (mkdtemp(opt.dir) == NULL)
		usage();
	if (!opt.no_plain)
		run_host(&opt.how, "", false, host, &plain);
	if (plain.timed_out)
		fail("plain", "the host does not end by itself");
	if (opt.modes == 0) {
		run_mode("", false, host, &plain);
		run_mode(all, false, host, &plain);
		run_mode(all, true, host, &plain);
	}
	for (unsigned i = 0; i < opt.modes; i++) {
		run_mode(opt.mode[i], false, host, &plain);
		if (opt.logs && opt.mode[i][0] != '\0')
			run_mode(opt.mode[i], true, host, &plain);
	}
	rmdir(opt.dir);
	run_drop(&plain);
	return failures != 0;
}
