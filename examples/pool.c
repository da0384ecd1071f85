/*
 * pool - a thread pool in C that tells diag about its tasks.
 *
 *	cc -o pool pool.c -pthread		(needs nothing of diag to link)
 *	./pool					runs as if diag were not there
 *	diag run schedtrace=100 -- ./pool	shows the pool once a period
 *
 * Four workers, one queue, and more work than they can do at first: the POOL
 * line shows how many tasks wait and for how long.
 */
#include <diag/diag.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WORKERS = 4, TASKS = 200 };

struct task {
	diag_task diag;		/* its times; all zero before it is queued */
	struct task *next;
	int number;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct task *first, **last;
	bool ended;
	diag_pool *diag;	/* NULL without libdiag.so; that is fine */
};

static struct pool pool = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
	.last = &pool.first,
};

static void
submit(struct task *t)
{
	/* Before a worker can see it. */
	diag_task_queued(pool.diag, &t->diag);
	pthread_mutex_lock(&pool.lock);
	*pool.last = t;
	pool.last = &t->next;
	pthread_cond_signal(&pool.changed);
	pthread_mutex_unlock(&pool.lock);
}

/* The next task; NULL when there will be none. */
static struct task *
take(void)
{
	struct task *t;

	pthread_mutex_lock(&pool.lock);
	while (pool.first == NULL && !pool.ended)
		pthread_cond_wait(&pool.changed, &pool.lock);
	t = pool.first;
	if (t != NULL && (pool.first = t->next) == NULL)
		pool.last = &pool.first;
	pthread_mutex_unlock(&pool.lock);
	return t;
}

static void *
worker(void *arg)
{
	const struct timespec ms = { .tv_nsec = 5 * 1000 * 1000 };
	struct task *t;

	(void)arg;
	diag_worker_begin(pool.diag, 0);
	while ((t = take()) != NULL) {
		diag_task_started(pool.diag, &t->diag);
		nanosleep(&ms, NULL);		/* the work */
		diag_task_done(pool.diag, &t->diag);
		free(t);
	}
	diag_worker_end(pool.diag);
	return NULL;
}

static void
end(void)
{
	pthread_mutex_lock(&pool.lock);
	pool.ended = true;
	pthread_cond_broadcast(&pool.changed);
	pthread_mutex_unlock(&pool.lock);
}

int
main(void)
{
	pthread_t th[WORKERS];

	pool.diag = diag_pool_create("example", 0);
	for (int i = 0; i < WORKERS; i++)
		if (pthread_create(&th[i], NULL, worker, NULL) != 0)
			return EXIT_FAILURE;
	for (int i = 0; i < TASKS; i++) {
		struct task *t = calloc(1, sizeof(*t));

		if (t == NULL)
			return EXIT_FAILURE;
		t->number = i;
		submit(t);
	}
	end();
	for (int i = 0; i < WORKERS; i++)
		pthread_join(th[i], NULL);
	diag_pool_destroy(pool.diag);
	printf("%d tasks done\n", TASKS);
	return EXIT_SUCCESS;
}
