/*
 * leakrun - runs a program to its end and reports what it never freed.
 *
 * The program keeps account of its live blocks itself (leaks=) and writes the
 * summary into a log of ours as it ends; that costs less than a record of
 * every event, and needs no space.
 */
#include "tool/cli/leakrun.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/cli/say.h"
#include "tool/report/report.h"

enum { GROUPS = 1000000 };

static char directory[PATH_MAX / 2];
static char log_path[PATH_MAX];
static char items[PATH_MAX + 64];
static volatile sig_atomic_t child;

bool
leakrun_make_log(void)
{
	const char *tmp = getenv("TMPDIR");

	if (tmp == NULL || tmp[0] != '/')
		tmp = "/tmp";
	snprintf(directory, sizeof(directory), "%s/diag.XXXXXX", tmp);
	if (strcspn(directory, ",%") != strlen(directory)) {
		say("%s: a comma or %% cannot be in the path of a log", tmp);
		return false;
	}
	if (mkdtemp(directory) == NULL) {
		say("%s: %m", directory);
		return false;
	}
	snprintf(log_path, sizeof(log_path), "%s/log", directory);
	snprintf(items, sizeof(items), "leaks=%d,log=%s", GROUPS, log_path);
	return true;
}

void
leakrun_clean(void)
{
	unlink(log_path);
	rmdir(directory);
}

const char *
leakrun_items(void)
{
	return items;
}

static void
pass_on(int sig)
{
	if (child > 0)
		kill((pid_t)child, sig);
}

/* The terminal sends its signals to the program as well: it decides. */
static void
arrange_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction pass = { .sa_handler = pass_on };

	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGHUP, &pass, NULL);
}

/* Waits for the program and says how it ended unless it ended well. */
static int
wait_for(pid_t pid, const char *name)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_MISUSE;
	if (WIFSIGNALED(status)) {
		say("%s: ended by signal %d (%s)", name, WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
		return 128 + WTERMSIG(status);
	}
	if (WEXITSTATUS(status) != 0)
		say("%s: exit status %d", name, WEXITSTATUS(status));
	return WEXITSTATUS(status);
}

static bool
write_flame(struct report *r, const char *path)
{
	FILE *to = fopen(path, "we");
	bool done;

	if (to == NULL) {
		say("%s: %m", path);
		return false;
	}
	flame_print(r, to);
	done = !ferror(to);
	if (fclose(to) != 0 || !done) {
		say("%s: %m", path);
		return false;
	}
	return true;
}

static bool
read_suppressions(struct report *r, const char *path)
{
	int err = path == NULL ? 0 : suppress_read(&r->suppress, path);

	if (err < 0)
		say("%s: %s", path, strerror(-err));
	if (err > 0)
		say("%s: line %d is not leak:PATTERN", path, err);
	return err == 0;
}

static int
print_report(const struct leakrun *l, const char *name, int status)
{
	struct report r;
	const struct report_options opt = {
		.by = BY_LEAKED,
		.number = l->number,
		.source = true,
	};
	int err = report_open(&r, log_path, &opt);
	int answer = EXIT_MISUSE;

	r.path = name;
	if (err != 0 || !r.notes.told)
		say("%s: ended without a leak summary", name);
	else if (read_suppressions(&r, l->suppressions) &&
	    (l->flame == NULL || write_flame(&r, l->flame)))
		answer = leaks_print(&r, stderr) > 0 ? EXIT_NO : status;
	report_drop(&r);
	return answer;
}

int
leakrun_report(const struct leakrun *l, const char *name,
    int (*exec)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (pid < 0)
		return say_misuse("%m");
	if (pid == 0)
		_exit(exec(arg));
	child = pid;
	arrange_signals();
	return print_report(l, name, wait_for(pid, name));
}
