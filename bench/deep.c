/*
 * deep - malloc/free pairs on stacks of 16 frames without frame pointers.
 *
 *	deep THREADS PAIRS same|second
 *
 * "same": all pairs have one stack.  "second": the path from the second frame
 * (from the root) on is drawn anew for each pair, among 4,096.  Each frees one
 * of 32 blocks, drawn at random, and makes another of 16 to 1,040 bytes.
 * Prints the wall time of the slowest thread and the CPU time of all, in
 * nanoseconds; start-up is not in them.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LEVELS = 6, LIVE = 32, THREADS_MAX = 64 };

struct worker {
	pthread_t thread;
	uint64_t pairs, wall_ns, cpu_ns, seed, path;
	int varies;
	void *live[LIVE];
};

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static __attribute__((noinline)) int
pair(struct worker *w)
{
	void **slot;

	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	slot = &w->live[w->seed >> 33 & (LIVE - 1)];
	free(*slot);
	*slot = malloc(16 + (w->seed >> 55 << 1));
	*(volatile char *)*slot = 1;
	return 1;
}

/* Four functions of different frame sizes; two bits of the path a level say
 * who is next. */
static __attribute__((noinline)) int go(struct worker *w, unsigned depth);

#define LINK(name, pad) \
static __attribute__((noinline)) int \
name(struct worker *w, unsigned depth) \
{ \
	volatile char room[pad]; \
 \
	room[0] = (char)depth; \
	return go(w, depth) + room[0]; \
}
LINK(link_a, 24)
LINK(link_b, 56)
LINK(link_c, 104)
LINK(link_d, 8)

static int
go(struct worker *w, unsigned depth)
{
	unsigned which = w->path & 3;

	if (depth == 0)
		return pair(w) + 1;
	w->path >>= 2;
	switch (which) {
	case 0:
		return link_a(w, depth - 1) + 1;
	case 1:
		return link_b(w, depth - 1) + 2;
	case 2:
		return link_c(w, depth - 1) + 3;
	default:
		return link_d(w, depth - 1) + 4;
	}
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	uint64_t wall = now_ns(CLOCK_MONOTONIC);
	uint64_t cpu = now_ns(CLOCK_THREAD_CPUTIME_ID);
	volatile int sum = 0;

	for (uint64_t i = 0; i < w->pairs; i++) {
		w->path = w->varies ? w->seed >> 20 & 0xfff : 0x567;
		sum += go(w, LEVELS);
	}
	w->wall_ns = now_ns(CLOCK_MONOTONIC) - wall;
	w->cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	for (int i = 0; i < LIVE; i++)
		free(w->live[i]);
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct worker worker[THREADS_MAX];
	unsigned threads = argc == 4 ? (unsigned)atoi(argv[1]) : 0;
	uint64_t wall = 0, cpu = 0;

	if (threads < 1 || threads > THREADS_MAX) {
		fprintf(stderr, "usage: deep THREADS PAIRS same|second\n");
		return 2;
	}
	for (unsigned i = 0; i < threads; i++) {
		worker[i].pairs = strtoull(argv[2], NULL, 10);
		worker[i].varies = strcmp(argv[3], "second") == 0;
		worker[i].seed = i + 1;
		pthread_create(&worker[i].thread, NULL, work, &worker[i]);
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(worker[i].thread, NULL);
		if (worker[i].wall_ns > wall)
			wall = worker[i].wall_ns;
		cpu += worker[i].cpu_ns;
	}
	printf("wall %llu cpu %llu\n", (unsigned long long)wall,
	    (unsigned long long)cpu);
	return 0;
}
