/*
 * churn_apr - pools of apr-util's that are made, filled, cancelled and
 * destroyed, by themselves or with the memory they are in.
 */
#include <apr_general.h>
#include <apr_thread_pool.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { POOLS = 300 };

static _Atomic int ran;

static void *APR_THREAD_FUNC
work(apr_thread_t *t, void *arg)
{
	(void)t;
	if (arg != NULL && arg != &ran)
		abort();
	ran++;
	return NULL;
}

static void
fill(apr_thread_pool_t *p, int tasks, void *owner)
{
	for (int i = 0; i < tasks; i++) {
		if (i % 2)
			apr_thread_pool_push(p, work, NULL, (apr_byte_t)i,
			    owner);
		else
			apr_thread_pool_top(p, work, &ran, (apr_byte_t)i,
			    NULL);
	}
}

static void
one_pool(int i)
{
	int tasks = rand() % 60, before = ran;
	apr_thread_pool_t *p;
	apr_pool_t *memory;

	if (apr_pool_create(&memory, NULL) != APR_SUCCESS ||
	    apr_thread_pool_create(&p, (apr_size_t)i % 3,
	    (apr_size_t)i % 4 + 1, memory) != APR_SUCCESS)
		abort();
	fill(p, tasks, &memory);
	if (i % 3 == 0)
		apr_thread_pool_tasks_cancel(p, &memory);
	else
		while (ran < before + tasks)
			usleep(100);
	if (i % 2)
		apr_thread_pool_destroy(p);
	apr_pool_destroy(memory);
}

int
main(void)
{
	apr_initialize();
	for (int i = 0; i < POOLS; i++)
		one_pool(i);
	printf("%d pools\n", POOLS);
	apr_terminate();
	return 0;
}
