/*
 * leak_ways - leaves 3 blocks of 1000 bytes behind, and ends in its own way.
 *
 *	leak_ways return|exit|quick_exit|_exit|_Exit|abort|segv|term|realtime|
 *	    exec|busy|fork|orphan|thread
 *
 * busy: eight threads still allocate while main returns.  fork: a child that
 * leaves 2 blocks of its own, then the parent.  orphan: a child that goes on
 * until there is an end of its input.  thread: a thread calls exit().
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile kept;

static __attribute__((noinline, noclone)) void
plant(int blocks)
{
	for (int i = 0; i < blocks; i++) {
		kept = malloc(1000);
		__asm__ volatile("" ::: "memory");
	}
	kept = NULL;
}

static void *
churn(void *arg)
{
	for (;;)
		free(malloc(100 + (size_t)(rand() & 1023)));
	return arg;
}

static void *
leave(void *arg)
{
	(void)arg;
	exit(0);
}

static void
run_busy(void)
{
	pthread_t t;

	for (int i = 0; i < 8; i++)
		pthread_create(&t, NULL, churn, NULL);
}

static void
run_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		plant(2);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void
run_orphan(void)
{
	char c;

	if (fork() != 0)
		return;
	plant(2);
	while (read(0, &c, 1) > 0)
		;
	_exit(0);
}

static void
crash(void)
{
	volatile uintptr_t nowhere = 8;

	*(volatile int *)nowhere = 1;
}

static int
go(const char *way, char **argv)
{
	pthread_t t;

	if (strcmp(way, "exit") == 0)
		exit(0);
	if (strcmp(way, "quick_exit") == 0)
		quick_exit(0);
	if (strcmp(way, "_exit") == 0)
		_exit(0);
	if (strcmp(way, "_Exit") == 0)
		_Exit(0);
	if (strcmp(way, "abort") == 0)
		abort();
	if (strcmp(way, "segv") == 0)
		crash();
	if (strcmp(way, "term") == 0)
		raise(SIGTERM);
	if (strcmp(way, "orphan") == 0)
		run_orphan();
	if (strcmp(way, "realtime") == 0)
		raise(SIGRTMIN + 3);
	if (strcmp(way, "exec") == 0)
		execl("/bin/true", "true", (char *)NULL);
	if (strcmp(way, "busy") == 0)
		run_busy();
	if (strcmp(way, "fork") == 0)
		run_fork();
	if (strcmp(way, "thread") == 0 &&
	    pthread_create(&t, NULL, leave, argv) == 0)
		pthread_join(t, NULL);
	return 0;
}

int
main(int argc, char **argv)
{
	plant(3);
	return argc > 1 ? go(argv[1], argv) : 2;
}
