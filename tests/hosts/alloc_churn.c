/*
 * alloc_churn - threads that allocate, resize, and free each other's blocks.
 *
 *	alloc_churn THREADS ROUNDS [FORKS]
 *
 * With FORKS, as many children are made meanwhile; each does some of the same.
 * Prints a sum over all that was in the blocks, the same each time.  At the
 * end nothing is left.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACES = 256, THREADS_MAX = 64 };

struct block {
	size_t size;
	unsigned char body[];
};

static _Atomic(struct block *) place[PLACES];
static atomic_ulong wrong;
static unsigned rounds;

static struct block *
make(size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	b->size = size;
	memset(b->body, (int)(size & 255), size);
	return b;
}

static void
check(const struct block *b)
{
	for (size_t i = 0; i < b->size; i++) {
		if (b->body[i] != (b->size & 255))
			atomic_fetch_add(&wrong, 1);
	}
}

static void
leave(struct block *b)
{
	if (b == NULL)
		return;
	check(b);
	errno = 77;
	free(b);
	if (errno != 77)
		atomic_fetch_add(&wrong, 1);
}

static struct block *
resize(struct block *b, size_t size)
{
	size_t old = b->size;

	check(b);
	b = realloc(b, sizeof(*b) + size);
	for (size_t i = 0; i < old && i < size; i++) {
		if (b->body[i] != (old & 255))
			atomic_fetch_add(&wrong, 1);
	}
	b->size = size;
	memset(b->body, (int)(size & 255), size);
	return b;
}

static void *
churn(void *arg)
{
	uint64_t seed = (uintptr_t)arg * 2654435761u + 1;

	for (unsigned i = 0; i < rounds; i++) {
		struct block *b;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		b = make((seed >> 33) % 700);
		b = atomic_exchange(&place[(seed >> 40) % PLACES], b);
		if (b != NULL && (seed >> 60) == 0)
			b = resize(b, (seed >> 20) % 5000);
		leave(b);
	}
	return NULL;
}

static void
run_child(void)
{
	for (unsigned i = 0; i < 100; i++) {
		struct block *b = make(i * 7);

		b = resize(b, i * 9);
		leave(b);
	}
	_exit(atomic_load(&wrong) != 0);
}

static void
run_children(unsigned children)
{
	for (unsigned i = 0; i < children; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			run_child();
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
			atomic_fetch_add(&wrong, 1);
	}
}

int
main(int argc, char **argv)
{
	unsigned threads = argc > 1 ? (unsigned)atoi(argv[1]) : 4;
	pthread_t t[THREADS_MAX];

	rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 1000;
	for (uintptr_t i = 0; i < threads && i < THREADS_MAX; i++)
		pthread_create(&t[i], NULL, churn, (void *)i);
	run_children(argc > 3 ? (unsigned)atoi(argv[3]) : 0);
	for (unsigned i = 0; i < threads && i < THREADS_MAX; i++)
		pthread_join(t[i], NULL);
	for (unsigned i = 0; i < PLACES; i++)
		leave(place[i]);
	printf("wrong: %lu\n", atomic_load(&wrong));
	return wrong != 0;
}
