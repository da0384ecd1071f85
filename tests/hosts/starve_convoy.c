/*
 * starve_convoy - a lock convoy: 8 workers whose tasks all need 5 ms under one
 * lock, and 400 tasks a second.
 */
#include <pthread.h>
#include <stddef.h>
#include <time.h>

#include "tests/hosts/starve.h"

static struct starve_pool *pool;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static __attribute__((noinline)) void
update_table(void)
{
	struct timespec t = { .tv_nsec = 5000000 };

	pthread_mutex_lock(&table_lock);
	nanosleep(&t, NULL);
	pthread_mutex_unlock(&table_lock);
}

static void
handle_order(void)
{
	update_table();
}

static void
submit(void)
{
	starve_submit(pool, handle_order, 0);
}

int
main(int argc, char **argv)
{
	starve_begin(argc, argv);
	pool = starve_make("orders", 8, 1);
	starve_feed(400, submit);
}
