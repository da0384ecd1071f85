/*
 * offspring - makes one child in its own way, which ends in its own way.
 *
 *	offspring fork|spawn|vfork return|kill|raw|bare|nothing
 *
 * fork: a copy of this process, which allocates nothing unless it returns.
 * spawn, vfork: this program again.  return: in order.  kill: SIGKILL.  raw: by
 * the system call.  bare: becomes this program without an environment.
 * nothing: there is no program to become.  The parent waits for it and ends.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *const bare[] = { NULL };

static void
end(const char *how)
{
	if (strcmp(how, "kill") == 0)
		raise(SIGKILL);
	if (strcmp(how, "raw") == 0)
		syscall(SYS_exit_group, 0);

	void *volatile p = malloc(100);

	free(p);
}

/* What the child becomes. */
struct next {
	const char *path;
	char *argv[4];
	char *const *env;
};

static int
make(const char *way, const struct next *n, const char *how)
{
	pid_t pid;

	if (strcmp(way, "spawn") == 0)
		return posix_spawn(&pid, n->path, NULL, NULL, n->argv, n->env);
	if (strcmp(way, "vfork") == 0) {
		pid = vfork();
		if (pid == 0) {
			execve(n->path, n->argv, n->env);
			_exit(0);
		}
		return pid < 0;
	}
	pid = fork();
	if (pid != 0)
		return pid < 0;
	if (n->env == bare || n->path != n->argv[0])
		execve(n->path, n->argv, n->env);
	end(how);
	_exit(0);
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "end") == 0) {
		end(argv[2]);
		return 0;
	}
	if (strcmp(argv[2], "nothing") == 0) {
		make(argv[1], &(struct next){ "/dev/null",
		    { argv[0], NULL }, environ }, "return");
	} else if (make(argv[1], &(struct next){ argv[0],
	    { argv[0], (char[]){ "end" }, argv[2], NULL },
	    strcmp(argv[2], "bare") == 0 ? bare : environ }, argv[2]) != 0) {
		return 2;
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
