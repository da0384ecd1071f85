/*
 * pool_told - a pool that tells diag about its tasks, and writes down itself
 * what became of each.
 *
 *	pool_told SECONDS	"start NS", then "task QUEUED STARTED DONE" in
 *				nanoseconds of CLOCK_MONOTONIC, a line each
 *	pool_told once		a few tasks, and the same output always
 *
 * Four workers; bursts of 14 tasks of 10 to 40 ms, so that some wait and all
 * workers are idle in between.
 */
#include <diag/diag.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/hosts/started.h"

enum { WORKERS = 4, BURST = 14, TASKS_MAX = 4096 };

struct task {
	diag_task diag;
	uint64_t queued, started, done;
	unsigned ms;
};

static struct task tasks[TASKS_MAX];
static unsigned head, tail;
static bool ended;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static diag_pool *pool;

static void
sleep_ms(unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

static struct task *
take(void)
{
	struct task *t = NULL;

	pthread_mutex_lock(&lock);
	while (head == tail && !ended)
		pthread_cond_wait(&changed, &lock);
	if (head != tail)
		t = &tasks[head++];
	pthread_mutex_unlock(&lock);
	return t;
}

static void *
work(void *arg)
{
	struct task *t;

	(void)arg;
	diag_worker_begin(pool, 0);
	while ((t = take()) != NULL) {
		diag_task_started(pool, &t->diag);
		t->started = started_clock(CLOCK_MONOTONIC);
		sleep_ms(t->ms);
		t->done = started_clock(CLOCK_MONOTONIC);
		diag_task_done(pool, &t->diag);
	}
	return NULL;
}

static void
submit_burst(void)
{
	for (unsigned i = 0; i < BURST && tail < TASKS_MAX; i++) {
		struct task *t = &tasks[tail];

		t->ms = 10 + 10 * (i % 4);
		t->queued = started_clock(CLOCK_MONOTONIC);
		diag_task_queued(pool, &t->diag);
		pthread_mutex_lock(&lock);
		tail++;
		pthread_cond_signal(&changed);
		pthread_mutex_unlock(&lock);
	}
}

static void
end(pthread_t *th)
{
	pthread_mutex_lock(&lock);
	ended = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_join(th[i], NULL);
	diag_pool_destroy(pool);
}

int
main(int argc, char **argv)
{
	bool once = argc > 1 && strcmp(argv[1], "once") == 0;
	unsigned bursts = once || argc < 2 ? 1 :
	    (unsigned)atoi(argv[1]) * 5;
	pthread_t th[WORKERS];

	pool = diag_pool_create("told", 0);
	for (unsigned i = 0; i < WORKERS; i++)
		if (pthread_create(&th[i], NULL, work, NULL) != 0)
			return 1;
	for (unsigned i = 0; i < bursts; i++) {
		submit_burst();
		sleep_ms(200);
	}
	end(th);
	if (!once)
		printf("start %llu\n", (unsigned long long)started_at());
	for (unsigned i = 0; i < tail && !once; i++)
		printf("task %llu %llu %llu\n",
		    (unsigned long long)tasks[i].queued,
		    (unsigned long long)tasks[i].started,
		    (unsigned long long)tasks[i].done);
	printf("%u tasks\n", tail);
	return 0;
}
