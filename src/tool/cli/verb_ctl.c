/*
 * verb_ctl - asks a running process what is on, and changes it.
 *
 * The process listens on the abstract Unix socket "diag/PID" when control=1 was
 * in its DIAG (src/shim/serve): one line there, an answer back.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "tool/cli/items.h"
#include "tool/cli/options_say.h"
#include "tool/cli/say.h"
#include "tool/cli/verbs.h"

enum { REQUEST_MAX = 4095, PATIENCE_S = 5 };

static const char text[] =
"Talks to a process that was started with control=1 in its DIAG:\n"
"\n"
"  diag run control=1 -- ./server &\n"
"  diag ctl                          which processes listen\n"
"  diag ctl PID                      what is on\n"
"  diag ctl PID schedtrace=1000      on, or changed\n"
"  diag ctl PID leaks=20,gctrace=0   some at once; 0 and - are off\n"
"  diag ctl PID tape=x.tape          until tape=- or the end\n"
"  diag ctl PID report               now, into its log: MemStats,\n"
"                                    threads, live blocks by stack\n"
"\n"
"What is in force afterwards goes to stdout.  Until something is turned\n"
"on the process pays for counting its objects and for one thread that\n"
"looks ten times a second.  What has to be known from the start is not\n"
"told as if it were: what leaks= finds begins where it was turned on.\n"
"log, logmax, depth, signal, children, prefix and control stay as they\n"
"were at the start.  Only root and the user of the process may ask.\n";

/* Abstract names are shown with an @. */
static const char shown_name[] = "@diag/";

/* The number that is all of @s, or 0. */
static pid_t
pid_of(const char *s)
{
	uint64_t n;

	return options_number(s, INT32_MAX, &n) ? (pid_t)n : 0;
}

static void
print_process(pid_t pid)
{
	char path[64], name[32] = "?";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	f = fopen(path, "r");
	if (f != NULL && fgets(name, sizeof(name), f) != NULL)
		name[strcspn(name, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
	printf("%d %s\n", (int)pid, name);
}

/* Which names are bound, the kernel tells everybody. */
static int
list(void)
{
	char line[512];
	unsigned found = 0;
	FILE *f = fopen("/proc/net/unix", "r");

	if (f == NULL)
		return say_misuse("/proc/net/unix: %m");
	while (fgets(line, sizeof(line), f) != NULL) {
		const char *at = strstr(line, shown_name);
		bool listens = strstr(line, " 00010000 ") != NULL;
		pid_t pid;

		line[strcspn(line, "\n")] = '\0';
		pid = at == NULL || !listens ? 0 :
		    pid_of(at + sizeof(shown_name) - 1);
		if (pid == 0)
			continue;
		print_process(pid);
		found++;
	}
	fclose(f);
	if (found != 0)
		return EXIT_DONE;
	say("no process listens: control=1 must be in its DIAG");
	return EXIT_NO;
}

static int
say_why_not(pid_t pid)
{
	if (errno != ECONNREFUSED)
		return say_misuse("%d: %m", (int)pid);
	if (kill(pid, 0) != 0 && errno == ESRCH)
		return say_misuse("%d: no such process", (int)pid);
	return say_misuse("%d does not listen: control=1 must be in its DIAG "
	    "(diag run control=1 -- ...)", (int)pid);
}

/* A connection, or -1 with errno set. */
static int
reach(pid_t pid)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int n = snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "diag/%d",
	    (int)pid);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    1 + (size_t)n);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&at, len) == 0)
		return fd;

	int err = errno;

	close(fd);
	errno = err;
	return -1;
}

static bool
send_line(int fd, const char *request)
{
	char line[REQUEST_MAX + 2];
	int n = snprintf(line, sizeof(line), "%s\n", request);

	return send(fd, line, (size_t)n, MSG_NOSIGNAL) == n;
}

/* What the process says, up to its end; at most so much. */
static ssize_t
receive(int fd, char *to, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, to + len, cap - 1 - len, 0)) > 0)
		len += (size_t)n;
	to[len] = '\0';
	return n < 0 ? -1 : (ssize_t)len;
}

/* "error: " lines go to stderr, the rest to stdout. */
static int
print_answer(char *answer)
{
	int status = EXIT_DONE;

	for (char *line = strtok(answer, "\n"); line != NULL;
	    line = strtok(NULL, "\n")) {
		if (strncmp(line, "error: ", 7) == 0)
			status = say_misuse("%s", line + 7);
		else if (status == EXIT_DONE)
			puts(line);
	}
	return status;
}

static int
ask(pid_t pid, const char *request)
{
	char answer[16 * 1024];
	int fd = reach(pid);
	ssize_t n;

	if (fd < 0)
		return say_why_not(pid);
	n = send_line(fd, request) ? receive(fd, answer, sizeof(answer)) : -1;
	close(fd);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return say_misuse("%d: no answer within %d s: is it stopped?",
		    (int)pid, PATIENCE_S);
	if (n <= 0)
		return say_misuse("%d: no answer: it has ended, or is busy "
		    "with others", (int)pid);
	return print_answer(answer);
}

/* The process may be in another folder: a tape's path gets ours before it.
 * NULL, and said, without memory or when it is too long. */
static char *
with_whole_path(char *items)
{
	char *at = strstr(items, "tape="), *cwd, *whole;
	int n;

	if (at == NULL || (at != items && at[-1] != ',') ||
	    strchr("/-,", at[5]) != NULL)
		return items;
	at += 5;
	cwd = getcwd(NULL, 0);
	n = cwd == NULL ? -1 : asprintf(&whole, "%.*s%s/%s",
	    (int)(at - items), items, cwd, at);
	free(cwd);
	free(items);
	if (n >= 0)
		return whole;
	say("%m");
	return NULL;
}

static int
change(pid_t pid, char **items, int n)
{
	char *joined = items_value(NULL, items, n);
	int status;

	if (joined != NULL)
		joined = with_whole_path(joined);
	if (joined == NULL)
		return EXIT_MISUSE;
	status = strlen(joined) > REQUEST_MAX ?
	    say_misuse("ctl: too much at once") : ask(pid, joined);
	free(joined);
	return status;
}

static int
run(int argc, char **argv)
{
	pid_t pid;

	if (argc == 1)
		return list();
	pid = pid_of(argv[1]);
	if (pid == 0)
		return say_misuse("ctl: %s: not a process number", argv[1]);
	if (argc == 2)
		return ask(pid, "");
	if (strcmp(argv[2], "report") == 0)
		return argc == 3 ? ask(pid, "report") :
		    say_misuse("ctl: report takes nothing more");
	for (int i = 2; i < argc; i++)
		if (!items_looks_like(argv[i]))
			return say_misuse("ctl: %s: not KEY=VALUE, nor report",
			    argv[i]);
	return change(pid, argv + 2, argc - 2);
}

const struct verb verb_ctl = {
	.name = "ctl",
	.arguments = "[PID [report | KEY=VALUE[,...]...]]",
	.summary = "ask a running program what is on, and change it",
	.text = text,
	.run = run,
};
