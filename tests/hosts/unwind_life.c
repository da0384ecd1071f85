/*
 * unwind_life - stacks from the edges of a program's life: constructors, exit
 * handlers, threads from their first frame, a forked child.
 */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/oracle/chain.h"

static NOINLINE void
leaf(const char *name)
{
	CHAIN_ENTER();
	chain_check(name);
	CHAIN_LEAVE();
}

__attribute__((constructor)) static void
at_start(void)
{
	CHAIN_ENTER();
	leaf("in a constructor");
	CHAIN_LEAVE();
}

static void
at_exit(void)
{
	chain_n = 0;
	CHAIN_ENTER();
	leaf("in an exit handler");
	if (chain_failed != 0)
		_exit(1);
}

static NOINLINE void
deep(unsigned n)
{
	CHAIN_ENTER();
	if (n > 0)
		deep(n - 1);
	leaf("in a thread");
	CHAIN_LEAVE();
}

static void *
thread(void *arg)
{
	CHAIN_ENTER();
	for (unsigned i = 0; i < 50; i++)
		deep(i % 7);
	CHAIN_LEAVE();
	return arg;
}

static NOINLINE void
threads(size_t size)
{
	pthread_t id[4];
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	if (size != 0)
		pthread_attr_setstacksize(&attr, size);
	for (unsigned i = 0; i < 4; i++)
		pthread_create(&id[i], &attr, thread, NULL);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(id[i], NULL);
}

static NOINLINE void
forked(void)
{
	int status;
	pid_t pid;

	CHAIN_ENTER();
	pid = fork();
	leaf(pid == 0 ? "in a forked child" : "in its parent");
	if (pid == 0)
		_exit(chain_failed != 0);
	waitpid(pid, &status, 0);
	chain_failed += status != 0;
	CHAIN_LEAVE();
}

int
main(void)
{
	CHAIN_ENTER();
	atexit(at_exit);
	threads(0);
	threads(65536);
	forked();
	leaf("in main");
	return chain_result();
}
