/*
 * ways_out - leaves in the way that its argument names, with 123 bytes in one
 * block never freed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile leak;

static void
by_exec(const char *way)
{
	static char set[] = "A=1", echo[] = "echo", one[] = "one";
	char *env[] = { set, NULL };
	char *argv[] = { echo, one, NULL };

	if (strcmp(way, "execl") == 0)
		execl("/bin/echo", "echo", "one", "two", (char *)NULL);
	if (strcmp(way, "execlp") == 0)
		execlp("echo", "echo", "one", "two", (char *)NULL);
	if (strcmp(way, "execle") == 0)
		execle("/bin/sh", "sh", "-c", "echo $A", (char *)NULL, env);
	if (strcmp(way, "execv") == 0)
		execv("/bin/echo", argv);
	if (strcmp(way, "execvp") == 0)
		execvp("echo", argv);
	if (strcmp(way, "badexec") == 0)
		execl("/nonexistent", "x", (char *)NULL);
}

static void
by_child(const char *way)
{
	int status = 0;
	pid_t pid = strcmp(way, "vfork") == 0 ? vfork() :
	    strcmp(way, "fork") == 0 ? fork() : -1;

	if (pid == 0 && way[0] == 'v')
		execl("/bin/true", "true", (char *)NULL);
	if (pid == 0)
		_exit(5);
	if (pid > 0) {
		waitpid(pid, &status, 0);
		printf("child: %d\n", WEXITSTATUS(status));
		fflush(stdout);
	}
}

/* The host's view of its signals is its own, whatever we have installed. */
static void
look_at_signals(void)
{
	struct sigaction now, old;

	sigaction(SIGTERM, NULL, &now);
	printf("%d ", now.sa_handler == SIG_DFL);
	printf("%d ", signal(SIGTERM, SIG_IGN) == SIG_DFL);
	printf("%d ", signal(SIGTERM, SIG_DFL) == SIG_IGN);
	now.sa_handler = SIG_DFL;
	now.sa_flags = SA_RESTART;
	sigaction(SIGSEGV, &now, &old);
	printf("%d ", old.sa_handler == SIG_DFL && old.sa_flags == 0);
	sigaction(SIGSEGV, NULL, &old);
	printf("%d\n", old.sa_handler == SIG_DFL &&
	    (old.sa_flags & SA_RESTART) != 0 &&
	    (old.sa_flags & SA_SIGINFO) == 0);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "return";
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	setvbuf(stdout, NULL, _IONBF, 0);
	leak = malloc(123);
	by_exec(way);
	by_child(way);
	if (strcmp(way, "exit") == 0)
		exit(3);
	if (strcmp(way, "_exit") == 0)
		_exit(3);
	if (strcmp(way, "_Exit") == 0)
		_Exit(3);
	if (strcmp(way, "quick_exit") == 0)
		quick_exit(3);
	if (strcmp(way, "abort") == 0)
		abort();
	if (strcmp(way, "segv") == 0)
		*(volatile int *)(leak = NULL) = 1;
	if (strcmp(way, "signals") == 0)
		look_at_signals();
	if (strcmp(way, "term") == 0 || strcmp(way, "signals") == 0)
		raise(SIGTERM);
	if (strcmp(way, "raw") == 0)
		syscall(SYS_exit_group, 3);
	if (strcmp(way, "kill") == 0)
		raise(SIGKILL);
	return 3;
}
