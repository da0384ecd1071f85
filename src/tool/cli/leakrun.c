/*
 * leakrun - runs a program to its end and reports what it never freed.
 *
 * The program keeps account of its live blocks itself (leaks=) and writes the
 * summary into a log of ours as it ends; that costs less than a record of
 * every event, and needs no space.
 */
#include "tool/cli/leakrun.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/base/bigstack.h"
#include "tool/cli/say.h"
#include "tool/report/report.h"
#include "tool/report/told.h"

enum { GROUPS = 1000000 };

static char directory[PATH_MAX / 2];
static char log_path[PATH_MAX];
static char items[PATH_MAX + 64];
static volatile sig_atomic_t child;

static bool
read_suppressions(struct suppress *to, const char *path)
{
	int err = path == NULL ? 0 : suppress_read(to, path);

	if (err < 0)
		say("%s: %s", path, strerror(-err));
	if (err > 0)
		say("%s: line %d is not leak:PATTERN", path, err);
	return err == 0;
}

bool
leakrun_check(const struct leakrun *l)
{
	static struct suppress unused;
	FILE *to;

	if (!read_suppressions(&unused, l->suppressions))
		return false;
	suppress_drop(&unused);
	if (l->flame == NULL)
		return true;
	to = fopen(l->flame, "ae");
	if (to == NULL) {
		say("%s: %m", l->flame);
		return false;
	}
	fclose(to);
	return true;
}

/* A name that nobody can guess, who cannot read the program's environment. */
static bool
name_log(void)
{
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return false;
	snprintf(log_path, sizeof(log_path), "%s/log.%016" PRIx64 "%016" PRIx64,
	    directory, random[0], random[1]);
	return true;
}

/* A program may give up root's rights, and then become another one, which has
 * to write to the log.  Nobody can list its folder. */
static void
open_to_others(void)
{
	int fd = open(log_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	if (fchmod(fd, 0622) == 0)
		chmod(directory, 0711);
	close(fd);
}

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
	if (!name_log()) {
		say("%s: no random name for the log: %m", directory);
		rmdir(directory);
		return false;
	}
	snprintf(items, sizeof(items), "leaks=%d,prefix=1,log=%s", GROUPS,
	    log_path);
	if (geteuid() == 0)
		open_to_others();
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

/* What another process sent is meant for the program; the terminal sends its
 * own there by itself, but for the end of the line. */
static void
pass_on(int sig, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	if (child > 0 && (info->si_code <= 0 || sig == SIGHUP))
		kill((pid_t)child, sig);
	errno = saved;
}

/* The program has ended: the report does, and nothing of it stays. */
static void
end_with(int sig)
{
	leakrun_clean();
	signal(sig, SIG_DFL);
	raise(sig);
}

static const int passed_on[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1,
	SIGUSR2 };
enum { PASSED_ON = sizeof(passed_on) / sizeof(passed_on[0]) };
static struct sigaction at_first[PASSED_ON];

/* The program decides what they do. */
static void
arrange_signals(void)
{
	struct sigaction pass = { .sa_flags = SA_SIGINFO };

	pass.sa_sigaction = pass_on;
	for (size_t i = 0; i < PASSED_ON; i++)
		sigaction(passed_on[i], &pass, &at_first[i]);
}

/* They are for us again, as they were; a closed pipe, too. */
static void
take_signals_back(void)
{
	struct sigaction end = { .sa_handler = end_with }, was;

	for (size_t i = 0; i < PASSED_ON; i++)
		sigaction(passed_on[i], at_first[i].sa_handler == SIG_IGN ?
		    &at_first[i] : &end, NULL);
	if (sigaction(SIGPIPE, NULL, &was) == 0 && was.sa_handler == SIG_DFL)
		sigaction(SIGPIPE, &end, NULL);
}

/* Once it is reaped its number may be another process's: nothing is passed on
 * then. */
static int
reap(pid_t pid, int *status)
{
	siginfo_t info;

	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0)
		if (errno != EINTR)
			return -1;
	child = 0;
	take_signals_back();
	return waitpid(pid, status, 0) < 0 ? -1 : 0;
}

/* Waits for the program and says how it ended unless it ended well. */
static int
wait_for(pid_t pid, const char *name)
{
	int status;

	if (reap(pid, &status) != 0)
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

/* Has somebody got the log open?  Then there can be no write lease. */
static bool
is_still_written(void)
{
	int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	bool busy = fd >= 0 && fcntl(fd, F_SETLEASE, F_WRLCK) < 0 &&
	    errno == EAGAIN;

	if (fd >= 0)
		close(fd);
	return busy;
}

/* Is there no room where the log is? */
static bool
is_full(void)
{
	struct statvfs fs;

	return statvfs(directory, &fs) == 0 &&
	    (fs.f_bavail == 0 || (fs.f_files > 0 && fs.f_favail == 0));
}

static void
say_nothing_told(const char *name, int status)
{
	if (is_full())
		say("%s: no room for the log, and so no leak summary",
		    directory);
	else if (status < 128)
		say("%s: ended without a leak summary: it goes on as a daemon "
		    "(diag run leaks=20,log=FILE waits for none), or left by a "
		    "system call of its own, as Go's programs do (diag run "
		    "tape=FILE, then diag report)", name);
	else
		say("%s: ended without a leak summary (of one that is killed, "
		    "diag run tape=FILE and diag report tell)", name);
}

/* What is asked for, of which program, and how that ended. */
struct question {
	const struct leakrun *l;
	const char *name;
	int status;
};

static int
print_report(void *arg)
{
	const struct question *q = arg;
	const struct leakrun *l = q->l;
	const char *name = q->name;
	struct report r;
	const struct report_options opt = {
		.by = BY_LEAKED,
		.number = l->number,
		.source = true,
		.reachable = l->reachable,
	};
	bool busy = is_still_written();
	int err = report_open(&r, log_path, &opt);
	int answer = EXIT_MISUSE;

	if (busy)
		say("%s: left processes that still run: what they leak is not "
		    "in this", name);

	r.name = name;
	if (err != 0 || !r.notes.told)
		say_nothing_told(name, q->status);
	else if (read_suppressions(&r.suppress, l->suppressions) &&
	    (l->flame == NULL || write_flame(&r, l->flame)))
		answer = leaks_print(&r, stderr) > 0 ? EXIT_NO : busy ||
		    r.notes.untold > 0 || told_unlisted(&r).blocks > 0 ?
		    EXIT_MISUSE : q->status;
	report_drop(&r);
	return answer;
}

int
leakrun_report(const struct leakrun *l, const char *name,
    int (*exec)(void *arg), void *arg)
{
	sigset_t all, before;
	struct question q = { .l = l, .name = name };
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid < 0)
		return say_misuse("%m");
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		_exit(exec(arg));
	}
	child = pid;
	arrange_signals();
	sigprocmask(SIG_SETMASK, &before, NULL);
	q.status = wait_for(pid, name);
	return bigstack_call(print_report, &q);
}
