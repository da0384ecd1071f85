/*
 * starve_few - too few workers: 100 tasks a second that wait 100 ms each for a
 * backend, and 4 workers.
 */
#include <stddef.h>
#include <time.h>

#include "tests/hosts/starve.h"

static struct starve_pool *pool;

static __attribute__((noinline)) void
ask_backend(void)
{
	struct timespec answer = { .tv_nsec = 100000000 };

	nanosleep(&answer, NULL);
}

static void
handle_request(void)
{
	ask_backend();
}

static void
submit(void)
{
	starve_submit(pool, handle_request, 0);
}

int
main(int argc, char **argv)
{
	starve_begin(argc, argv);
	pool = starve_make("requests", 4, 1);
	starve_feed(100, submit);
}
