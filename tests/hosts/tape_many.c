/*
 * tape_many - many stacks, or many threads, for what a tape takes in memory.
 *
 *	tape_many THREADS LEVELS
 *
 * Makes 4^LEVELS blocks, each on a stack of its own, then THREADS threads that
 * have a block each and are all there at the same time.
 */
#include <pthread.h>
#include <stdlib.h>

#define NOINLINE __attribute__((noinline))

static pthread_barrier_t all_there;
static volatile int kept;

static NOINLINE void visit(unsigned level);

/* A place of its own per call, and no tail calls. */
#define WAY(name) \
static NOINLINE void \
name(unsigned level) \
{ \
	visit(level); \
	kept++; \
}
WAY(way_a)
WAY(way_b)
WAY(way_c)
WAY(way_d)

static void
visit(unsigned level)
{
	if (level == 0) {
		free(malloc(100));
		kept++;
		return;
	}
	way_a(level - 1);
	way_b(level - 1);
	way_c(level - 1);
	way_d(level - 1);
	kept++;
}

static void *
have_a_block(void *arg)
{
	void *p = malloc(50);

	kept++;
	free(p);
	pthread_barrier_wait(&all_there);
	return arg;
}

int
main(int argc, char **argv)
{
	unsigned threads = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
	unsigned levels = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	pthread_t *thread = calloc(threads + 1, sizeof(*thread));

	visit(levels);
	pthread_barrier_init(&all_there, NULL, threads + 1);
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, have_a_block, NULL) != 0)
			return 1;
	pthread_barrier_wait(&all_there);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	free(thread);
	return 0;
}
