/*
 * pairs - malloc/free pairs, counted and timed from inside.
 *
 *	pairs THREADS PAIRS DEPTH [LIVE]
 *
 * Each thread makes PAIRS blocks of 16 to 1,040 bytes, and frees one of the
 * LIVE (32) blocks it has, drawn at random, before each.  DEPTH 0 calls malloc
 * from one loop; otherwise each pair is made below DEPTH nested calls, of one
 * of four functions at the
 * bottom, as bench/pairs.go does.  Prints the wall time of the slowest thread
 * and the CPU time of all, in nanoseconds; start-up is not in them.  "quiet" is
 * what a pair costs in the quieter slices, in picoseconds: the work is timed in
 * slices far shorter than a turn on a CPU, and of a thread's slices the lower
 * quartile counts (of the threads, the mean), so that a machine with other work
 * changes it little.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__clang__)
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noipa))
#endif

enum { LIVE_MAX = 1 << 20, THREADS_MAX = 64, SLICE = 2000 };

struct worker {
	pthread_t thread;
	uint64_t pairs, wall_ns, cpu_ns, seed;
	uint64_t *slice_ns;	/* of each whole slice */
	unsigned depth;
	uint64_t live;		/* a power of two */
	void **ring;
};

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
pair(struct worker *w, size_t more)
{
	void **slot;

	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	slot = &w->ring[w->seed >> 33 & (w->live - 1)];
	free(*slot);
	*slot = malloc(16 + more + (w->seed >> 55 << 1));
	*(volatile char *)*slot = 1;
}

static NOINLINE void
bottom_a(struct worker *w)
{
	pair(w, 0);
	__asm__ volatile("");
}

static NOINLINE void
bottom_b(struct worker *w)
{
	pair(w, 2);
	__asm__ volatile("");
}

static NOINLINE void
bottom_c(struct worker *w)
{
	pair(w, 4);
	__asm__ volatile("");
}

static NOINLINE void
bottom_d(struct worker *w)
{
	pair(w, 6);
	__asm__ volatile("");
}

static NOINLINE void
down(struct worker *w, uint64_t i, unsigned depth)
{
	static void (*const bottom[4])(struct worker *) = {
		bottom_a, bottom_b, bottom_c, bottom_d,
	};

	if (depth > 0)
		down(w, i, depth - 1);
	else
		bottom[i & 3](w);
	__asm__ volatile("");
}

static void
make(struct worker *w, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++) {
		if (w->depth == 0)
			pair(w, 0);
		else
			down(w, i, w->depth - 1);
	}
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Picoseconds a pair. */
static uint64_t
quiet(struct worker *w)
{
	uint64_t n = w->pairs / SLICE;

	if (n == 0)
		return 0;
	qsort(w->slice_ns, n, sizeof(w->slice_ns[0]), compare);
	return w->slice_ns[n / 4] * 1000 / SLICE;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	uint64_t wall = now_ns(CLOCK_MONOTONIC), last = wall, i;
	uint64_t cpu = now_ns(CLOCK_THREAD_CPUTIME_ID);

	for (i = 0; i + SLICE <= w->pairs; i += SLICE) {
		make(w, i, i + SLICE);
		uint64_t now = now_ns(CLOCK_MONOTONIC);

		w->slice_ns[i / SLICE] = now - last;
		last = now;
	}
	make(w, i, w->pairs);
	w->wall_ns = now_ns(CLOCK_MONOTONIC) - wall;
	w->cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	for (i = 0; i < w->live; i++)
		free(w->ring[i]);
	free(w->ring);
	return NULL;
}

static void
start(struct worker *w, unsigned n, char **argv, uint64_t live)
{
	w->pairs = strtoull(argv[2], NULL, 10);
	w->depth = (unsigned)atoi(argv[3]);
	w->seed = n + 1;
	w->live = live;
	w->ring = calloc(live, sizeof(void *));
	w->slice_ns = calloc(w->pairs / SLICE + 1, sizeof(uint64_t));
	if (w->ring == NULL || w->slice_ns == NULL)
		exit(1);
	if (n > 0)
		pthread_create(&w->thread, NULL, work, w);
}

int
main(int argc, char **argv)
{
	static struct worker worker[THREADS_MAX];
	unsigned threads = argc >= 4 ? (unsigned)atoi(argv[1]) : 0;
	uint64_t live = argc > 4 ? strtoull(argv[4], NULL, 10) : 32;
	uint64_t wall = 0, cpu = 0, ps = 0;

	if (threads < 1 || threads > THREADS_MAX || live > LIVE_MAX ||
	    (live & (live - 1)) != 0) {
		fprintf(stderr, "usage: pairs THREADS PAIRS DEPTH [LIVE]\n");
		return 2;
	}
	for (unsigned i = 0; i < threads; i++)
		start(&worker[i], i, argv, live);
	work(&worker[0]);
	for (unsigned i = 0; i < threads; i++) {
		if (i > 0)
			pthread_join(worker[i].thread, NULL);
		if (worker[i].wall_ns > wall)
			wall = worker[i].wall_ns;
		cpu += worker[i].cpu_ns;
		ps += quiet(&worker[i]);
	}
	printf("wall %llu cpu %llu quiet %llu\n", (unsigned long long)wall,
	    (unsigned long long)cpu, (unsigned long long)(ps / threads));
	return 0;
}
