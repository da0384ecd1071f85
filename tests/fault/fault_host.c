/*
 * fault_host - a little of everything: blocks, threads that wait for each
 * other, a library that comes and goes, a child, a signal, a pause.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/fault/fault.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turns;
static void *volatile lost;

static int
churn(int n)
{
	void *slot[16] = { NULL };
	int bad = 0;

	for (int i = 0; i < n; i++) {
		free(slot[i % 16]);
		slot[i % 16] = calloc(1, 10 + (size_t)i * 3);
		bad += slot[i % 16] == NULL;
		slot[i % 16] = realloc(slot[i % 16], 40 + (size_t)i * 5);
		bad += slot[i % 16] == NULL;
	}
	for (int i = 0; i < 16; i++)
		free(slot[i]);
	return bad;
}

static void *
take_turns(void *arg)
{
	int me = arg != NULL;

	for (int i = 0; i < 4; i++) {
		pthread_mutex_lock(&lock);
		while (turns % 2 != me)
			pthread_cond_wait(&changed, &lock);
		turns++;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
	return churn(10) != 0 ? arg : NULL;
}

static void
on_signal(int sig)
{
	churn(sig % 7);
}

/* A stack that is not the thread's. */
static void
take_signal(void)
{
	stack_t ss = { .ss_size = 65536 };
	struct sigaction act = { .sa_handler = on_signal,
		.sa_flags = SA_ONSTACK };

	ss.ss_sp = malloc(ss.ss_size);
	printf("stack %d\n", sigaltstack(&ss, NULL));
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	ss.ss_flags = SS_DISABLE;
	sigaltstack(&ss, NULL);
	free(ss.ss_sp);
}

static void
be_a_child(void)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct timespec ts = { .tv_nsec = 25000000 };

		nanosleep(&ts, NULL);
		exit(20 + churn(10));
	}
	waitpid(pid, &status, 0);
	printf("child %d, signal %d\n", WEXITSTATUS(status),
	    WTERMSIG(status));
}

int
main(void)
{
	struct timespec ts = { .tv_nsec = 60000000 };
	pthread_t t[2];
	void *h;

	syscall(FAULT_MARK_CALL, FAULT_MARK);
	printf("bad %d\n", churn(40));
	for (size_t i = 0; i < 2; i++)
		printf("thread %d\n", pthread_create(&t[i], NULL, take_turns,
		    i == 0 ? NULL : &turns));
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	h = dlopen("libm.so.6", RTLD_NOW);
	printf("loaded %d, turns %d\n", h != NULL, turns);
	dlclose(h);
	take_signal();
	be_a_child();
	lost = malloc(77);
	errno = 0;
	nanosleep(&ts, NULL);
	printf("errno %d, number %d\n", errno, open("/dev/null", O_RDONLY));
	return 7;
}
