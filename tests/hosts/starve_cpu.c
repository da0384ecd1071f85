/*
 * starve_cpu - no CPU: tasks that compute for some milliseconds, workers
 * enough for them, and eight other threads for each CPU that compute all of
 * the time.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/hosts/starve.h"

static struct starve_pool *pool;

static double
cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
scale_image(void)
{
	double end = cpu_time() + 0.030;

	while (cpu_time() < end)
		;
}

static void *
index_all(void *arg)
{
	pthread_setname_np(pthread_self(), "indexer");
	for (volatile unsigned long n = 0;; n++)
		;
	return arg;
}

static void
submit(void)
{
	starve_submit(pool, scale_image, 0);
}

int
main(int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t th;

	starve_begin(argc, argv);
	pool = starve_make("images", 4, 1);
	for (long i = 0; i < 8 * cpus; i++) {
		if (pthread_create(&th, NULL, index_all, NULL) != 0)
			exit(1);
	}
	starve_feed(25 * (unsigned)cpus, submit);
}
