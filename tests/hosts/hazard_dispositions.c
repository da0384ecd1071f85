/*
 * hazard_dispositions - what signals are set to, as the host sees it: after
 * children that share its memory, after each of the calls that set them.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sched.h>
#include <unistd.h>

static char stack[65536];

static void
handle(int sig)
{
	(void)sig;
}

/* Every signal that is not as it was at the start of a program. */
static void
show(const char *when)
{
	struct sigaction act;
	sigset_t mask;

	for (int i = 1; i < 65; i++) {
		if (sigaction(i, NULL, &act) != 0 ||
		    (act.sa_flags == 0 && act.sa_handler == SIG_DFL))
			continue;
		printf("%s: %d is %s, flags %x\n", when, i,
		    act.sa_handler == SIG_DFL ? "default" :
		    act.sa_handler == SIG_IGN ? "ignored" :
		    act.sa_handler == handle ? "handled" : "strange",
		    (unsigned)act.sa_flags);
	}
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int i = 1; i < 65; i++)
		if (sigismember(&mask, i) == 1)
			printf("%s: %d is blocked\n", when, i);
	fflush(stdout);
}

static int
change_everything(void *arg)
{
	sigset_t all;
	void *volatile p;

	(void)arg;
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGUSR1, handle);
	signal(SIGUSR2, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	p = malloc(10);
	free(p);
	_exit(3);
}

static void
end_of(pid_t pid, const char *what)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid)
		printf("%s: %s\n", what, strerror(errno));
	printf("%s: status %d, signal %d\n", what, WEXITSTATUS(status),
	    WTERMSIG(status));
	show(what);
}

/* In a child that shares our memory. */
static void
end_by(int sig, void (*disposition)(int))
{
	pid_t pid = vfork();

	if (pid == 0) {
		signal(sig, disposition);
		raise(sig);
		_exit(4);
	}
	end_of(pid, "raised in a vfork child");
}

int
main(void)
{
	struct sigaction once = { .sa_handler = handle };
	pid_t pid;

	show("start");
	pid = vfork();
	if (pid == 0)
		change_everything(NULL);
	end_of(pid, "vfork");
	end_of(clone(change_everything, stack + sizeof(stack),
	    CLONE_VM | CLONE_VFORK | SIGCHLD, NULL), "clone");
	end_by(SIGTERM, SIG_DFL);
	end_by(SIGTERM, SIG_IGN);
	signal(SIGINT, handle);
	end_by(SIGINT, SIG_DFL);
	once.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGHUP, &once, NULL);
	raise(SIGHUP);
	show("once");
	sigset(SIGHUP, SIG_HOLD);
	show("held");
	printf("was held: %d\n", sigset(SIGHUP, SIG_DFL) == SIG_HOLD);
	siginterrupt(SIGALRM, 1);
	show("end");
	return 5;
}
