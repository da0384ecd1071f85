/*
 * tape_churn - threads that allocate and free until they are killed, or a
 * given number of times.
 *
 *	tape_churn THREADS PAIRS	PAIRS 0: for ever; prints "ready" first
 *
 * Each thread leaks nothing; the main thread leaks 3 blocks of 1,000 bytes.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static long pairs;
void *volatile leak[3];		/* for all to see: not optimised away */

static __attribute__((noinline)) void *
inner(long i)
{
	void *p = malloc(16 + (size_t)(i * 13 % 500));

	__asm__ volatile("" :: "r"(p) : "memory");
	return p;
}

static void *
churn(void *arg)
{
	void *ring[64] = { 0 };

	for (long i = 0; pairs == 0 || i < pairs; i++) {
		free(ring[i % 64]);
		ring[i % 64] = inner(i);
	}
	for (int i = 0; i < 64; i++)
		free(ring[i]);
	return arg;
}

int
main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 1;
	pthread_t t[64];

	pairs = argc > 2 ? atol(argv[2]) : 1000;
	for (int i = 0; i < 3; i++)
		leak[i] = malloc(1000);
	if (write(1, "ready\n", 6) != 6)
		return 1;
	for (int i = 0; i < threads && i < 64; i++)
		pthread_create(&t[i], NULL, churn, NULL);
	for (int i = 0; i < threads && i < 64; i++)
		pthread_join(t[i], NULL);
	return 0;
}
