/*
 * starve_slow - one slow task: 4 workers with a queue each, 200 tasks a second
 * that take 1 ms, and a second after the start one that computes for a minute
 * and holds up all that come behind it.
 */
#include <stddef.h>
#include <time.h>

#include "tests/hosts/starve.h"

static struct starve_pool *pool;
static volatile unsigned long sum;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static __attribute__((noinline)) void
add_up(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		sum += i * i;
}

static void
render_page(void)
{
	struct timespec t = { .tv_nsec = 1000000 };

	add_up(100);
	nanosleep(&t, NULL);
}

static void
render_huge_page(void)
{
	double end = now() + 60;

	while (now() < end)
		add_up(1000000);
}

static void
submit(void)
{
	static unsigned n;

	starve_submit(pool, n == 200 ? render_huge_page : render_page, n % 4);
	n++;
}

int
main(int argc, char **argv)
{
	starve_begin(argc, argv);
	pool = starve_make("render", 4, 4);
	starve_feed(200, submit);
}
