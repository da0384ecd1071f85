/*
 * harness_run - one run of a host program, and what came of it.
 *
 * The host leads a process group of its own, so that one that does not end
 * can be killed with its children.  When descriptors are asked for, the host
 * is traced (ptrace) and stops for a moment when it ends: that is where its
 * table is read.
 */
#include "tests/preload/harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ORPHAN_PATIENCE_S = 5 };

static volatile sig_atomic_t host_pid, host_late;

static void
die(const char *what)
{
	fprintf(stderr, "harness: %s: %s\n", what, strerror(errno));
	exit(99);
}

char *
read_fd(int fd)
{
	size_t room = 65536, n = 0;
	char *text = malloc(room);
	ssize_t got;

	while (text != NULL && (got = read(fd, text + n, room - n - 1)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		n += (size_t)got;
		if (n + 1 == room)
			text = realloc(text, room *= 2);
	}
	if (text == NULL)
		die("memory");
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] == '\0' ? '?' : text[i];
	text[n] = '\0';
	return text;
}

char *
read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	if (fd < 0)
		return NULL;
	text = read_fd(fd);
	close(fd);
	return text;
}

char *
read_files(const char *folder)
{
	char *all = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&all, &size);
	DIR *dir = opendir(folder);
	struct dirent *e;

	if (to == NULL || dir == NULL)
		die(folder);
	while ((e = readdir(dir)) != NULL) {
		int fd = openat(dirfd(dir), e->d_name, O_RDONLY | O_CLOEXEC);
		char *text;

		if (e->d_type != DT_REG || fd < 0) {
			close(fd);
			continue;
		}
		text = read_fd(fd);
		fputs(text, to);
		free(text);
		close(fd);
		unlinkat(dirfd(dir), e->d_name, 0);
	}
	closedir(dir);
	fclose(to);
	return all;
}

/* Where the host's output goes: a pipe with our end in @ours, or a file. */
static int
output(bool pipes, int *ours)
{
	char path[64];
	int end[2], fd;

	if (pipes) {
		if (pipe2(end, O_CLOEXEC) != 0)
			die("pipe");
		*ours = end[0];
		return end[1];
	}
	fd = open("/tmp", O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		die("/tmp");
	/* Opened again, not duplicated: a late writer must not move us. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*ours = open(path, O_RDONLY | O_CLOEXEC);
	return fd;
}

static void
become_host(const struct run_how *how, const char *diag, bool preloaded,
    char **argv)
{
	setpgid(0, 0);
	unsetenv("DIAG");
	unsetenv("LD_PRELOAD");
	if (diag[0] != '\0')
		setenv("DIAG", diag, 1);
	if (preloaded)
		setenv("LD_PRELOAD", getenv("DIAG_LIB"), 1);
	for (unsigned i = 0; i < how->envs; i++)
		putenv((char *)(size_t)how->env[i]);
	if (how->descriptors && ptrace(PTRACE_TRACEME, 0, 0, 0) == 0)
		raise(SIGSTOP);
	execvp(argv[0], argv);
	_exit(127);
}

static pid_t
start(const struct run_how *how, const char *diag, bool preloaded,
    char **argv, int out, int err)
{
	const char *path = how->stdin_file;
	pid_t pid = fork();
	int in;

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	in = open(path != NULL ? path : "/dev/null", O_RDONLY);
	if (in < 0)
		die(path);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	close(in);
	become_host(how, diag, preloaded, argv);
	return 0;
}

static const char *
kind_of(int dir, const char *name)
{
	char to[256];
	ssize_t n = readlinkat(dir, name, to, sizeof(to));

	if (n > 0 && to[0] == '/')
		return "file";
	if (n > 0 && to[0] == 's')
		return "socket";
	return n > 0 && to[0] == 'p' ? "pipe" : "anonymous";
}

/* Lists the descriptors of the stopped host, in order of their numbers. */
static char *
list_descriptors(pid_t pid)
{
	char path[64], *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (to == NULL || dir == NULL)
		die(path);
	for (int fd = 0; fd < 256; fd++) {
		char name[16], link[8];

		snprintf(name, sizeof(name), "%d", fd);
		if (readlinkat(dirfd(dir), name, link, sizeof(link)) >= 0)
			fprintf(to, "%s %s\n", name, kind_of(dirfd(dir), name));
	}
	closedir(dir);
	fclose(to);
	return text;
}

/* Passes a stop of the traced host on; takes its descriptors when it ends. */
static void
pass_stop(pid_t pid, int status, struct run *r)
{
	int event = status >> 16, sig = WSTOPSIG(status);

	if (sig == SIGSTOP && r->fds == NULL) {
		ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT |
		    PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
		r->fds = strdup("");
		sig = 0;
	} else if (event != 0) {
		sig = 0;
	}
	if (event == PTRACE_EVENT_EXIT) {
		free(r->fds);
		r->fds = list_descriptors(pid);
	}
	ptrace(PTRACE_CONT, pid, 0, sig);
}

static void
too_late(int sig)
{
	host_late = sig;
	kill(-host_pid, SIGKILL);
}

static void
wait_host(pid_t pid, struct run *r)
{
	int status;

	for (;;) {
		if (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
		if (!WIFSTOPPED(status))
			break;
		pass_stop(pid, status, r);
	}
	r->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}

/* Children that outlive the host come to us (we are their subreaper): what
 * they print at their end belongs to the run.  A daemon is not waited for. */
static void
wait_orphans(void)
{
	bool late = host_late != 0;

	alarm(ORPHAN_PATIENCE_S);
	while (waitpid(-1, NULL, 0) > 0)
		;
	alarm(0);
	host_late = late;
}

/* Empties both pipes until the host and its children closed them. */
static void
drain(int out, int err, struct run *r)
{
	FILE *to[2];
	size_t size[2];
	char *text[2], buf[65536];
	struct pollfd p[2] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };

	to[0] = open_memstream(&text[0], &size[0]);
	to[1] = open_memstream(&text[1], &size[1]);
	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0)
			continue;
		for (unsigned i = 0; i < 2; i++) {
			ssize_t n = p[i].revents == 0 ? 1 :
			    read(p[i].fd, buf, sizeof(buf));

			if (n <= 0)
				p[i].fd = -1;
			else if (p[i].revents != 0)
				fwrite(buf, 1, (size_t)n, to[i]);
		}
	}
	fclose(to[0]);
	fclose(to[1]);
	r->out = text[0];
	r->err = text[1];
}

void
run_host(const struct run_how *how, const char *diag, bool preloaded,
    char **argv, struct run *r)
{
	int our_out, our_err;
	int out = output(how->pipes, &our_out);
	int err = output(how->pipes, &our_err);
	struct sigaction act = { .sa_handler = too_late };
	char *mixed;

	memset(r, 0, sizeof(*r));
	host_late = 0;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	host_pid = start(how, diag, preloaded, argv, out, err);
	sigaction(SIGALRM, &act, NULL);
	alarm(how->patience_s);
	close(out);
	close(err);
	if (how->pipes && !how->descriptors)
		drain(our_out, our_err, r);
	wait_host((pid_t)host_pid, r);
	wait_orphans();
	r->timed_out = host_late != 0;
	if (r->out == NULL) {
		r->out = read_fd(our_out);
		r->err = read_fd(our_err);
	}
	close(our_out);
	close(our_err);
	mixed = r->err;
	lines_split(mixed, &r->err, &r->ours);
	free(mixed);
}

void
run_drop(struct run *r)
{
	free(r->out);
	free(r->err);
	free(r->ours);
	free(r->fds);
	memset(r, 0, sizeof(*r));
}
