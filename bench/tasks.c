/*
 * tasks - what telling diag about a pool's tasks costs the pool.
 *
 *	tasks		(run by make bench with nothing set; it preloads us)
 *
 * A pool as a C program has it: a ring under a mutex, one submitter, workers
 * that take tasks one at a time and work for most of a microsecond each, so
 * that it does 2 million tasks a second on two processors.  Each side is this
 * program again, by turns: without libdiag.so, with it, and with schedtrace on.
 * A row's number is the median ratio of tasks a second of CPU time.
 */
#include <diag/diag.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sides.h"

enum { ROUNDS = 11, TASKS = 3000000, RING = 1024, BATCH = 16, WORKERS = 2,
	WORK = 620 };

static struct task {
	diag_task diag;
	unsigned seed;
	bool used;	/* from queued until its worker is done */
} ring[RING];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
static unsigned head, tail;
static bool ended;
static diag_pool *pool;
static volatile unsigned result;

static double
now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static unsigned
work_on(struct task *t)
{
	unsigned x = t->seed;

	for (int i = 0; i < WORK; i++)
		x = x * 1664525u + 1013904223u;
	return x;
}

/* Up to BATCH tasks at once; 0 at the end. */
static unsigned
take(struct task **taken)
{
	unsigned n;

	pthread_mutex_lock(&lock);
	while (head == tail && !ended)
		pthread_cond_wait(&not_empty, &lock);
	n = tail - head < BATCH ? tail - head : BATCH;
	for (unsigned i = 0; i < n; i++)
		taken[i] = &ring[(head + i) % RING];
	head += n;
	pthread_mutex_unlock(&lock);
	return n;
}

static void
give_back(struct task **taken, unsigned n)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < n; i++)
		taken[i]->used = false;
	pthread_mutex_unlock(&lock);
	pthread_cond_signal(&not_full);
}

static bool
is_full(void)
{
	for (unsigned i = 0; i < BATCH; i++)
		if (ring[(tail + i) % RING].used)
			return true;
	return false;
}

static void *
worker(void *arg)
{
	struct task *taken[BATCH];
	unsigned n;

	(void)arg;
	diag_worker_begin(pool, 0);
	while ((n = take(taken)) > 0) {
		for (unsigned i = 0; i < n; i++) {
			diag_task_started(pool, &taken[i]->diag);
			result += work_on(taken[i]);
			diag_task_done(pool, &taken[i]->diag);
		}
		give_back(taken, n);
	}
	diag_worker_end(pool);
	return NULL;
}

static void
submit_all(void)
{
	for (unsigned done = 0; done < TASKS; done += BATCH) {
		pthread_mutex_lock(&lock);
		while (is_full())
			pthread_cond_wait(&not_full, &lock);
		for (unsigned i = 0; i < BATCH; i++) {
			struct task *t = &ring[(tail + i) % RING];

			t->seed = done + i;
			t->used = true;
			diag_task_queued(pool, &t->diag);
		}
		tail += BATCH;
		pthread_mutex_unlock(&lock);
		pthread_cond_signal(&not_empty);
	}
	pthread_mutex_lock(&lock);
	ended = true;
	pthread_mutex_unlock(&lock);
	pthread_cond_broadcast(&not_empty);
}

/* One side: tasks a second by the clock, and by the CPU time of the process. */
static int
measure(void)
{
	double cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	double wall = now(CLOCK_MONOTONIC);
	pthread_t th[WORKERS];

	pool = diag_pool_create("bench", 0);
	for (int i = 0; i < WORKERS; i++)
		pthread_create(&th[i], NULL, worker, NULL);
	submit_all();
	for (int i = 0; i < WORKERS; i++)
		pthread_join(th[i], NULL);
	printf("%f %f\n", TASKS / (now(CLOCK_MONOTONIC) - wall) * 1e9,
	    TASKS / (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e9);
	return 0;
}

enum { PLAIN, LOADED, TRACED, SIDES };

int
main(int argc, char **argv)
{
	static double ratio[SIDES][2][ROUNDS];
	static const char *label[] = {
		"", "DIAG unset / not loaded: tasks through the API",
		"schedtrace=1000 / not loaded: tasks through the API",
	};
	char set[SIDES][4096] = { "" }, cwd[1024];
	double r[SIDES][2], fastest = 0;

	if (argc > 1)
		return measure();
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		return 1;
	snprintf(set[LOADED], sizeof(set[0]),
	    "LD_PRELOAD='%s/.libs/libdiag.so'", cwd);
	snprintf(set[TRACED], sizeof(set[0]),
	    "DIAG=schedtrace=1000,log=/dev/null "
	    "LD_PRELOAD='%s/.libs/libdiag.so'", cwd);
	for (int n = 0; n < ROUNDS; n++) {
		for (int k = 0; k < SIDES; k++)
			if (run_side(argv[0], set[(k + n) % SIDES],
			    r[(k + n) % SIDES], 2) != 0)
				return 1;
		for (int k = LOADED; k < SIDES; k++)
			for (int m = 0; m < 2; m++)
				ratio[k][m][n] = r[k][m] / r[PLAIN][m];
		fastest = r[PLAIN][0] > fastest ? r[PLAIN][0] : fastest;
	}
	printf("%.2f million tasks a second without us\n", fastest / 1e6);
	for (int k = LOADED; k < SIDES; k++) {
		printf("row\t%s, by the clock\t%.3f\t>=\t0.95\n", label[k],
		    median(ratio[k][0], ROUNDS));
		printf("row\t%s, by CPU\t%.3f\t>=\t0.95\n", label[k],
		    median(ratio[k][1], ROUNDS));
	}
	return 0;
}
