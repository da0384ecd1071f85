/*
 * thread_bytes - threads that come and go, and take blocks as long as they can.
 *
 *	thread_bytes go|fork|vanish BLOCKS
 *
 * Each of 400 threads is given BLOCKS blocks with room for 1,024 bytes while it
 * runs and as many in each of the four rounds of its destructors, after the
 * allocator's own, and moves one BLOCKS times to 4,096 bytes and back.  With
 * fork, a child is forked while 300 of them live, which starts one of its own.
 * With vanish, one thread more goes without a word to libc.
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE = 300, IN_TURN = 100, ROOM = 1024, LARGE = 4096 };

static unsigned blocks;
static pthread_key_t key;
static pthread_barrier_t met, parted;
static __thread void *volatile kept;

/* Every second one goes back at once. */
static void
take(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		void *p = malloc(ROOM - 20);

		if (i % 2 == 0)
			free(p);
		kept = p;
	}
}

static void
end(void *rounds)
{
	take(blocks);
	if (rounds != (void *)1)
		pthread_setspecific(key, (char *)rounds - 1);
}

static void
work(void)
{
	void *p = malloc(ROOM);

	pthread_setspecific(key, (void *)PTHREAD_DESTRUCTOR_ITERATIONS);
	take(blocks);
	for (unsigned i = 0; i < blocks; i++) {
		kept = realloc(p, LARGE);
		p = realloc(kept, ROOM);
	}
	free(p);
}

static void *
meet(void *unused)
{
	work();
	pthread_barrier_wait(&met);
	pthread_barrier_wait(&parted);
	return unused;
}

static void *
come_and_go(void *unused)
{
	work();
	return unused;
}

static void *
vanish(void *unused)
{
	work();
	syscall(SYS_exit, 0);
	return unused;
}

static void
one(void *(*start)(void *))
{
	pthread_t t;

	if (pthread_create(&t, NULL, start, NULL) != 0)
		exit(1);
	pthread_join(t, NULL);
}

static void
in_child(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		one(come_and_go);
		exit(0);
	}
	waitpid(pid, &status, 0);
	if (status != 0)
		exit(1);
}

int
main(int argc, char **argv)
{
	pthread_t t[AT_ONCE];

	if (argc != 3)
		return 2;
	blocks = (unsigned)atoi(argv[2]);
	pthread_key_create(&key, end);
	pthread_barrier_init(&met, NULL, AT_ONCE + 1);
	pthread_barrier_init(&parted, NULL, AT_ONCE + 1);
	for (int i = 0; i < AT_ONCE; i++)
		if (pthread_create(&t[i], NULL, meet, NULL) != 0)
			return 1;
	pthread_barrier_wait(&met);
	if (strcmp(argv[1], "fork") == 0)
		in_child();
	pthread_barrier_wait(&parted);
	for (int i = 0; i < AT_ONCE; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < IN_TURN; i++)
		one(come_and_go);
	if (strcmp(argv[1], "vanish") == 0)
		one(vanish);
	return 0;
}
