/*
 * pool_omp - OpenMP, and what became of each of its tasks.
 *
 *	pool_omp regions SECONDS	parallel regions of four threads
 *	pool_omp tasks SECONDS		explicit tasks, more than threads
 *	pool_omp nested SECONDS		two threads that have regions of two
 *	pool_omp once			a sum, the same always
 *
 * Writes "task QUEUED STARTED DONE" lines as pool_told does.
 */
#include <errno.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/hosts/started.h"

enum { TASKS_MAX = 8192, THREADS = 4, BURST = 14 };

static struct {
	uint64_t queued, started, done;
} tasks[TASKS_MAX];
static unsigned count;

static uint64_t
now(void)
{
	return started_clock(CLOCK_MONOTONIC);
}

static void
sleep_ms(unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

static void
one_region(void)
{
	unsigned first = count;
	uint64_t begun = now();

	count += THREADS;
#pragma omp parallel num_threads(THREADS)
	{
		unsigned i = first + (unsigned)omp_get_thread_num();

		tasks[i].queued = begun;
		tasks[i].started = now();
		sleep_ms(20 + 10 * (unsigned)omp_get_thread_num());
		tasks[i].done = now();
	}
	sleep_ms(30);
}

static void
some_tasks(void)
{
	char big[600];
	unsigned first = count;

	memset(big, 7, sizeof(big));
	count += BURST;
#pragma omp parallel num_threads(THREADS)
#pragma omp single
	for (unsigned i = 0; i < BURST; i++) {
		tasks[first + i].queued = now();
#pragma omp task firstprivate(i, big)
		{
			tasks[first + i].started = now();
			sleep_ms(10 + 10 * (i % 4) + (big[599] != 7));
			tasks[first + i].done = now();
		}
	}
	sleep_ms(40);
}

/* Nobody is idle for longer than it takes to begin and end a region. */
static void
nested(uint64_t until)
{
	omp_set_max_active_levels(2);
#pragma omp parallel num_threads(2)
	while (now() < until) {
#pragma omp parallel num_threads(2)
		sleep_ms(20);
	}
}

static long
sum(void)
{
	long all = 0;

#pragma omp parallel for reduction(+ : all) schedule(dynamic, 7)
	for (long i = 0; i < 10000; i++)
		all += i;
#pragma omp parallel for reduction(+ : all) schedule(runtime)
	for (long i = 0; i < 10000; i++)
		all += i;
#pragma omp parallel sections
	{
#pragma omp section
#pragma omp atomic
		all += 1;
#pragma omp section
#pragma omp atomic
		all += 2;
	}
#pragma omp parallel
#pragma omp single
	for (int i = 0; i < 100; i++) {
		/* Not both in one: there LLVM's runtime uses memory that it has
		 * given back, with nobody watching. */
#pragma omp task shared(all) if (i % 3 != 0)
#pragma omp atomic
		all += i;
#pragma omp task shared(all) depend(inout : all)
#pragma omp atomic
		all += i;
	}
#pragma omp parallel
#pragma omp single
#pragma omp taskloop
	for (int i = 0; i < 100; i++)
#pragma omp atomic
		all += i;
	return all;
}

int
main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "once";
	uint64_t until = now() + (argc > 2 ?
	    (uint64_t)atoi(argv[2]) * 1000000000u : 0);

	if (strcmp(how, "once") == 0) {
		printf("%ld\n", sum());
		return 0;
	}
	if (strcmp(how, "nested") == 0) {
		nested(until);
		return 0;
	}
	while (now() < until && count < TASKS_MAX - BURST)
		strcmp(how, "tasks") == 0 ? some_tasks() : one_region();
	printf("start %llu\n", (unsigned long long)started_at());
	for (unsigned i = 0; i < count; i++)
		printf("task %llu %llu %llu\n",
		    (unsigned long long)tasks[i].queued,
		    (unsigned long long)tasks[i].started,
		    (unsigned long long)tasks[i].done);
	return 0;
}
