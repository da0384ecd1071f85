/*
 * starve_few - too few workers: 100 tasks a second that wait 100 ms each for a
 * backend, and 4 workers.
 *
 *	starve_few [api] [hang | scarce]
 *
 * With "hang" the backend answers after 10 ms, and from the 300th task on never
 * again; with "scarce" there are 8 workers, and 2 connections to it.
 */
#include <poll.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "tests/hosts/starve.h"

static struct starve_pool *pool;
static long answer_ns = 100000000;
static bool hangs;
static sem_t connections;

static __attribute__((noinline)) void
ask_backend(void)
{
	struct timespec answer = { .tv_nsec = answer_ns };

	nanosleep(&answer, NULL);
}

static __attribute__((noinline)) void
get_connection(void)
{
	while (sem_wait(&connections) != 0)
		;
}

static void
ask_by_connection(void)
{
	get_connection();
	ask_backend();
	sem_post(&connections);
}

static __attribute__((noinline)) void
ask_dead_backend(void)
{
	poll(NULL, 0, -1);
	__asm__ volatile("");
}

static void
handle_request(void)
{
	ask_backend();
}

static void
submit_scarce(void)
{
	starve_submit(pool, ask_by_connection, 0);
}

static void
submit(void)
{
	static unsigned n;

	starve_submit(pool, hangs && n++ >= 300 ? ask_dead_backend :
	    handle_request, 0);
}

int
main(int argc, char **argv)
{
	starve_begin(argc, argv);
	hangs = argc > 1 && strcmp(argv[argc - 1], "hang") == 0;
	if (strcmp(argv[argc - 1], "scarce") == 0) {
		sem_init(&connections, 0, 2);
		pool = starve_make("requests", 8, 1);
		starve_feed(100, submit_scarce);
	}
	if (hangs)
		answer_ns = 10000000;
	pool = starve_make("requests", 4, 1);
	starve_feed(100, submit);
}
