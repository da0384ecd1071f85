/*
 * busy_exit - exits while its threads go on allocating; some with the smallest
 * stacks there are.
 */
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 8 };

static pthread_barrier_t started;

static void *
work(void *arg)
{
	pthread_barrier_wait(&started);
	for (;;) {
		void *p = malloc((size_t)arg);

		free(realloc(p, 2 * (size_t)arg));
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	pthread_attr_t small;
	pthread_t t;

	pthread_barrier_init(&started, NULL, THREADS + 1);
	pthread_attr_init(&small);
	if (pthread_attr_setstacksize(&small, (size_t)PTHREAD_STACK_MIN) != 0)
		return 1;
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&t, i % 2 ? &small : NULL, work,
		    (void *)(10 + 1000 * i)) != 0)
			return 2;
	pthread_barrier_wait(&started);
	if (argc > 1)
		_exit(4);
	return 4;
}
