/*
 * one_more_thread - what a host could notice of a thread that is not its own.
 *
 *	one_more_thread WHAT
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
linger(void)
{
	const struct timespec ts = { .tv_nsec = 250000000 };

	nanosleep(&ts, NULL);
}

static void
say_goodbye(void)
{
	printf("goodbye\n");
}

static void *
last_words(void *arg)
{
	linger();
	printf("last words, not flushed\n");
	return NULL;
}

/* The last thread runs the exit handlers and flushes the streams. */
static int
main_leaves_first(void)
{
	pthread_t t;

	atexit(say_goodbye);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&t, NULL, last_words, NULL) != 0)
			return 1;
	pthread_exit(NULL);
}

static int
main_leaves_alone(void)
{
	atexit(say_goodbye);
	printf("alone\n");
	linger();
	pthread_exit(NULL);
}

static void *
leave_by_exit(void *arg)
{
	printf("by pthread_exit\n");
	pthread_exit(NULL);
}

static int
main_leaves_last_but_one(void)
{
	pthread_t t;

	atexit(say_goodbye);
	if (pthread_create(&t, NULL, leave_by_exit, NULL) != 0)
		return 1;
	linger();
	pthread_exit(NULL);
}

static int
raw_exit(void)
{
	printf("raw\n");
	fflush(stdout);
	linger();
	syscall(SYS_exit, 3);
	return 0;
}

static int
new_namespace(void)
{
	linger();
	printf("unshare: %d\n", unshare(CLONE_NEWUSER));
	linger();
	return 0;
}

/* Numbers are the lowest free ones, all the time. */
static int
descriptors(void)
{
	time_t end = time(NULL) + 1;
	long wrong = 0;

	while (time(NULL) <= end) {
		int fd = open("/dev/null", O_RDONLY);

		wrong += fd != 3;
		close(fd);
	}
	printf("wrong: %ld\n", wrong);
	return 0;
}

static int
closes_all(void)
{
	closefrom(3);
	linger();
	for (int i = 0; i < 20; i++)
		printf("%d ", open("/dev/null", O_RDONLY));
	printf("\n");
	return 0;
}

static int
signals_are_mine(void)
{
	sigset_t set;
	int sig = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 200; i++) {
		kill(getpid(), SIGUSR1);
		sigwait(&set, &sig);
	}
	printf("signal %d\n", sig);
	return 0;
}

static int
identity(void)
{
	for (int i = 0; i < 20; i++)
		if (setuid(getuid()) != 0 || setgid(getgid()) != 0)
			return 1;
	printf("the same\n");
	return 0;
}

static int
forks(void)
{
	int status = 0, bad = 0;

	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			free(malloc(1000));
			_exit(i % 2);
		}
		waitpid(pid, &status, 0);
		bad += status != (i % 2) << 8;
	}
	printf("bad: %d\n", bad);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} all[] = {
	{ "closes_all", closes_all },
	{ "descriptors", descriptors },
	{ "forks", forks },
	{ "identity", identity },
	{ "main_leaves_alone", main_leaves_alone },
	{ "main_leaves_first", main_leaves_first },
	{ "main_leaves_last_but_one", main_leaves_last_but_one },
	{ "new_namespace", new_namespace },
	{ "raw_exit", raw_exit },
	{ "signals_are_mine", signals_are_mine },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(argv[1], all[i].name) == 0)
			return all[i].run();
	return 2;
}
