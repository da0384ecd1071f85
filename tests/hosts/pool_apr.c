/*
 * pool_apr - a known load on a pool of apr-util's, and what else it can do.
 *
 * Usage: pool_apr LOG.  What is printed does not depend on time.
 */
#include <apr_general.h>
#include <apr_thread_pool.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/hosts/pool_log.h"

static apr_thread_pool_t *pool;
static char owner[] = "owner";
static _Atomic int others, late;

static void *APR_THREAD_FUNC
do_work(apr_thread_t *t, void *arg)
{
	void *mine = NULL;

	if (apr_thread_pool_task_owner_get(t, &mine) != APR_SUCCESS ||
	    mine != owner)
		abort();
	pool_log_work((unsigned)(uintptr_t)arg);
	return NULL;
}

static void
submit(unsigned i)
{
	if (apr_thread_pool_push(pool, do_work, (void *)(uintptr_t)i,
	    APR_THREAD_TASK_PRIORITY_NORMAL, owner) != APR_SUCCESS)
		abort();
}

static void
turn(void)
{
}

static unsigned
workers(void)
{
	return (unsigned)apr_thread_pool_threads_count(pool);
}

static void *APR_THREAD_FUNC
sleepy(apr_thread_t *t, void *arg)
{
	(void)t;
	usleep(5000);
	(*(_Atomic int *)arg)++;
	return NULL;
}

/* A task that gives its own pool another one. */
static void *APR_THREAD_FUNC
pusher(apr_thread_t *t, void *arg)
{
	(void)t;
	if (apr_thread_pool_push(pool, sleepy, arg,
	    APR_THREAD_TASK_PRIORITY_HIGH, NULL) != APR_SUCCESS)
		abort();
	return sleepy(t, arg);
}

static void
everything_else(void)
{
	for (int i = 0; i < 20; i++) {
		apr_thread_pool_top(pool, sleepy, &others, 10, NULL);
		apr_thread_pool_push(pool, i % 2 ? pusher : sleepy, &others,
		    200, NULL);
		apr_thread_pool_schedule(pool, sleepy, &late,
		    20000 + i * 1000, NULL);
		apr_thread_pool_push(pool, sleepy, &others, 0, owner);
		apr_thread_pool_schedule(pool, sleepy, &others, 60000000,
		    owner);
	}
	while (others < 50 || late < 20)
		usleep(5000);
	apr_thread_pool_tasks_cancel(pool, owner);
}

int
main(int argc, char **argv)
{
	static const struct pool_log_host host = { submit, turn, workers };
	apr_pool_t *memory;

	if (apr_initialize() != APR_SUCCESS ||
	    apr_pool_create(&memory, NULL) != APR_SUCCESS ||
	    apr_thread_pool_create(&pool, 2, POOL_LOG_WORKERS, memory) !=
	    APR_SUCCESS)
		return 1;
	apr_thread_pool_idle_max_set(pool, 3);
	pool_log_run(&host);
	if (argc > 1 && !pool_log_write(argv[1]))
		return 1;
	everything_else();
	printf("%d scheduled\n", late);
	apr_thread_pool_destroy(pool);
	apr_pool_destroy(memory);
	apr_terminate();
	return 7;
}
