/*
 * starve_convoy - a lock convoy: 8 workers whose tasks all need 5 ms under one
 * lock, and 400 tasks a second.
 *
 *	starve_convoy MODE [own] [bare]
 *
 * With "own" the lock is one of the program's own making; with "bare" there is
 * no queue: 8 threads do the same again and again, with a rest of 0.5 ms.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "tests/hosts/own_lock.h"
#include "tests/hosts/starve.h"

static struct starve_pool *pool;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static own_lock own_table_lock;
static bool is_own;

static __attribute__((noinline)) void
update_table(void)
{
	struct timespec t = { .tv_nsec = 5000000 };

	pthread_mutex_lock(&table_lock);
	nanosleep(&t, NULL);
	pthread_mutex_unlock(&table_lock);
}

static __attribute__((noinline)) void
update_own_table(void)
{
	struct timespec t = { .tv_nsec = 5000000 };

	own_lock_take(&own_table_lock);
	nanosleep(&t, NULL);
	own_lock_give(&own_table_lock);
}

static void
handle_order(void)
{
	if (is_own)
		update_own_table();
	else
		update_table();
}

static void
submit(void)
{
	starve_submit(pool, handle_order, 0);
}

static void
rest(void)
{
	struct timespec t = { .tv_nsec = 500000 };

	nanosleep(&t, NULL);
}

static void *
serve_orders(void *arg)
{
	for (;;) {
		handle_order();
		rest();
	}
	return arg;
}

/* Nothing is to be done beside that. */
static void
hire_bare(unsigned n)
{
	pthread_t th;

	while (n-- > 0)
		pthread_create(&th, NULL, serve_orders, NULL);
	starve_feed(1, rest);
}

int
main(int argc, char **argv)
{
	starve_begin(argc, argv);
	is_own = argc > 2 && strcmp(argv[2], "own") == 0;
	if (argc > 2 && strcmp(argv[argc - 1], "bare") == 0)
		hire_bare(8);
	pool = starve_make("orders", 8, 1);
	starve_feed(400, submit);
}
