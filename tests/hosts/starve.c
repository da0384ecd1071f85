/*
 * starve - a mutex, a condition and a list for each queue.
 */
#include "tests/hosts/starve.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag/diag.h"

enum { QUEUES = 16 };

struct task {
	diag_task diag;
	struct task *next;
	void (*run)(void);
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct task *first, **last;
};

struct starve_pool {
	diag_pool *diag;
	struct queue queue[QUEUES];
};

struct hire {
	struct starve_pool *pool;
	unsigned queue;
	char name[16];
};

static int tells;

static struct task *
take(struct queue *q)
{
	struct task *t;

	pthread_mutex_lock(&q->lock);
	while (q->first == NULL)
		pthread_cond_wait(&q->more, &q->lock);
	t = q->first;
	q->first = t->next;
	if (q->first == NULL)
		q->last = &q->first;
	pthread_mutex_unlock(&q->lock);
	return t;
}

static void *
work(void *arg)
{
	struct hire *h = arg;
	diag_pool *diag = h->pool->diag;

	pthread_setname_np(pthread_self(), h->name);
	diag_worker_begin(diag, h->queue);
	for (;;) {
		struct task *t = take(&h->pool->queue[h->queue]);

		diag_task_started(diag, &t->diag);
		t->run();
		diag_task_done(diag, &t->diag);
		free(t);
	}
	return NULL;
}

static void
hire(struct starve_pool *pool, const char *name, unsigned n, unsigned queue)
{
	struct hire *h = calloc(1, sizeof(*h));
	pthread_t th;

	h->pool = pool;
	h->queue = queue;
	snprintf(h->name, sizeof(h->name), "%.10s-%u", name, n % 1000);
	if (pthread_create(&th, NULL, work, h) != 0)
		exit(1);
}

struct starve_pool *
starve_make(const char *name, unsigned workers, unsigned queues)
{
	struct starve_pool *pool = calloc(1, sizeof(*pool));

	pool->diag = tells ? diag_pool_create(name, queues) : NULL;
	for (unsigned i = 0; i < queues; i++) {
		pthread_mutex_init(&pool->queue[i].lock, NULL);
		pthread_cond_init(&pool->queue[i].more, NULL);
		pool->queue[i].last = &pool->queue[i].first;
	}
	for (unsigned i = 0; i < workers; i++)
		hire(pool, name, i, i % queues);
	return pool;
}

void
starve_submit(struct starve_pool *pool, void (*run)(void), unsigned queue)
{
	struct task *t = calloc(1, sizeof(*t));
	struct queue *q = &pool->queue[queue];

	t->run = run;
	t->diag.queue = queue;
	diag_task_queued(pool->diag, &t->diag);
	pthread_mutex_lock(&q->lock);
	*q->last = t;
	q->last = &t->next;
	pthread_cond_signal(&q->more);
	pthread_mutex_unlock(&q->lock);
}

void
starve_begin(int argc, char **argv)
{
	tells = argc > 1 && strcmp(argv[1], "api") == 0;
}

void
starve_feed(unsigned per_second, void (*submit)(void))
{
	enum { TICK_MS = 10 };
	struct pollfd in = { .fd = 0, .events = POLLIN };
	unsigned due = 0;
	char c;

	for (;;) {
		if (poll(&in, 1, TICK_MS) > 0 && read(0, &c, 1) <= 0)
			_exit(0);
		for (due += per_second; due >= 1000 / TICK_MS;
		    due -= 1000 / TICK_MS)
			submit();
	}
}
