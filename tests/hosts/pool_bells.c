/*
 * pool_bells - workers that are woken up for what lies elsewhere, or that they
 * cannot take.
 *
 *	pool_bells rings|held
 *
 * rings	A count says how many tasks there are, and the semaphore beside
 *		it rings up who has found none: hardly anybody does.
 * held		A task was brought, and a worker woken up for it; who did that
 *		keeps the lock.
 *
 * Says "ready" when it is so, and ends with its standard input.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 3, RINGS = 8, ALWAYS = 1000000, BROUGHT = 200 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t some = PTHREAD_COND_INITIALIZER;
static sem_t bell;
static int count, found, waited;
static int waiting, done;	/* the lock's */

static void
nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
}

static void
work(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
}

/* Who found no task looks for one for a while before it waits. */
static void
wait_for_ring(void)
{
	nap();
	if (sem_trywait(&bell) == 0) {
		__atomic_fetch_add(&found, 1, __ATOMIC_RELEASE);
		return;
	}
	__atomic_fetch_add(&waited, 1, __ATOMIC_RELEASE);
	while (sem_wait(&bell) != 0)
		;
}

/* The next task is one less of the count; who finds none waits for a ring. */
static void *
come_for_one(void *arg)
{
	for (;;) {
		if (__atomic_fetch_sub(&count, 1, __ATOMIC_ACQ_REL) <= 0)
			wait_for_ring();
		work();
	}
	return arg;
}

static void
add_one(void)
{
	if (__atomic_fetch_add(&count, 1, __ATOMIC_ACQ_REL) < 0)
		sem_post(&bell);
}

/* All have waited, and some were rung up before they did; then there is always
 * something to do. */
static void
be_rung_up(void)
{
	while (__atomic_load_n(&waited, __ATOMIC_ACQUIRE) < WORKERS)
		nap();
	while (__atomic_load_n(&found, __ATOMIC_ACQUIRE) < RINGS) {
		if (__atomic_load_n(&count, __ATOMIC_ACQUIRE) < 0)
			add_one();
	}
	for (unsigned i = 0; i < ALWAYS; i++)
		add_one();
}

static void *
take_in_turn(void *arg)
{
	pthread_mutex_lock(&lock);
	for (;;) {
		while (waiting == 0)
			pthread_cond_wait(&some, &lock);
		waiting--;
		pthread_mutex_unlock(&lock);
		work();
		pthread_mutex_lock(&lock);
		done++;
	}
	return arg;
}

/* The lock is the caller's from there on. */
static void
bring_one(void)
{
	pthread_mutex_lock(&lock);
	waiting++;
	pthread_cond_signal(&some);
}

static bool
all_done(int brought)
{
	bool all;

	pthread_mutex_lock(&lock);
	all = done == brought;
	pthread_mutex_unlock(&lock);
	return all;
}

static void
be_held_up(void)
{
	for (int i = 1; i <= BROUGHT; i++) {
		bring_one();
		pthread_mutex_unlock(&lock);
		while (!all_done(i))
			nap();
		nap();
	}
	bring_one();
}

int
main(int argc, char **argv)
{
	bool rings = argc == 2 && strcmp(argv[1], "rings") == 0;
	pthread_t thread;
	char byte;

	sem_init(&bell, 0, 0);
	for (unsigned i = 0; i < WORKERS; i++) {
		if (pthread_create(&thread, NULL, rings ? come_for_one :
		    take_in_turn, NULL) != 0)
			abort();
	}
	if (rings)
		be_rung_up();
	else
		be_held_up();
	printf("ready\n");
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}
