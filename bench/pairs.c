/*
 * pairs - malloc/free pairs, counted and timed from inside.
 *
 *	pairs THREADS PAIRS DEPTH
 *
 * Each thread makes PAIRS blocks of 16 to 1,024 bytes and frees each when 32
 * more have been made.  DEPTH 0 calls malloc from one loop; otherwise each
 * pair is made below DEPTH nested calls, of one of four functions at the
 * bottom, as bench/pairs.go does.  Prints the wall time of the slowest thread
 * and the CPU time of all, in nanoseconds; start-up is not in them.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NOINLINE __attribute__((noinline, noipa))

enum { RING = 32, THREADS_MAX = 64 };

struct worker {
	pthread_t thread;
	uint64_t pairs, wall_ns, cpu_ns, seed;
	unsigned depth;
	void *ring[RING];
};

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
pair(struct worker *w, uint64_t i, size_t more)
{
	void **slot = &w->ring[i % RING];

	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	free(*slot);
	*slot = malloc(16 + more + (w->seed >> 55 << 1));
	*(volatile char *)*slot = 1;
}

static NOINLINE void
bottom_a(struct worker *w, uint64_t i)
{
	pair(w, i, 0);
	__asm__ volatile("");
}

static NOINLINE void
bottom_b(struct worker *w, uint64_t i)
{
	pair(w, i, 2);
	__asm__ volatile("");
}

static NOINLINE void
bottom_c(struct worker *w, uint64_t i)
{
	pair(w, i, 4);
	__asm__ volatile("");
}

static NOINLINE void
bottom_d(struct worker *w, uint64_t i)
{
	pair(w, i, 6);
	__asm__ volatile("");
}

static NOINLINE void
down(struct worker *w, uint64_t i, unsigned depth)
{
	static void (*const bottom[4])(struct worker *, uint64_t) = {
		bottom_a, bottom_b, bottom_c, bottom_d,
	};

	if (depth > 0)
		down(w, i, depth - 1);
	else
		bottom[i & 3](w, i);
	__asm__ volatile("");
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	uint64_t wall = now_ns(CLOCK_MONOTONIC);
	uint64_t cpu = now_ns(CLOCK_THREAD_CPUTIME_ID);

	for (uint64_t i = 0; i < w->pairs; i++) {
		if (w->depth == 0)
			pair(w, i, 0);
		else
			down(w, i, w->depth - 1);
	}
	w->wall_ns = now_ns(CLOCK_MONOTONIC) - wall;
	w->cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	for (unsigned i = 0; i < RING; i++)
		free(w->ring[i]);
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct worker worker[THREADS_MAX];
	unsigned threads = argc == 4 ? (unsigned)atoi(argv[1]) : 0;
	uint64_t wall = 0, cpu = 0;

	if (threads < 1 || threads > THREADS_MAX) {
		fprintf(stderr, "usage: pairs THREADS PAIRS DEPTH\n");
		return 2;
	}
	for (unsigned i = 0; i < threads; i++) {
		worker[i].pairs = strtoull(argv[2], NULL, 10);
		worker[i].depth = (unsigned)atoi(argv[3]);
		worker[i].seed = i + 1;
		if (i > 0)
			pthread_create(&worker[i].thread, NULL, work,
			    &worker[i]);
	}
	work(&worker[0]);
	for (unsigned i = 0; i < threads; i++) {
		if (i > 0)
			pthread_join(worker[i].thread, NULL);
		if (worker[i].wall_ns > wall)
			wall = worker[i].wall_ns;
		cpu += worker[i].cpu_ns;
	}
	printf("wall %llu cpu %llu\n", (unsigned long long)wall,
	    (unsigned long long)cpu);
	return 0;
}
