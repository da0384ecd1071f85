/*
 * own_locks - threads that wait on futexes of the program's own.
 *
 *	own_locks mutex		six threads work under one lock
 *	own_locks tasks		four workers wait for tasks at a word that is
 *				counted down; some tasks bring more of them
 *	own_locks baton		four workers wait for tasks at a word that
 *				changes; who takes one wakes the next
 *	own_locks cond		four workers wait for tasks at a word that
 *				changes, of a queue under such a lock
 *	own_locks turn		four workers wait for their turn to wait
 *
 * Ends when standard input does.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/hosts/own_lock.h"

enum { TASK_MS = 10, SIX = 6, FOUR = 4 };

static own_lock lock;
static _Atomic int word;	/* of a queue: tasks in it, or its changes */
static _Atomic int tasks;

static void
sleep_ms(unsigned ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000L };

	nanosleep(&t, NULL);
}

static void
wait_for(_Atomic int *at, int value)
{
	syscall(SYS_futex, at, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void
wake(_Atomic int *at)
{
	syscall(SYS_futex, at, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* A turn of the processor between two, so that all get one. */
static __attribute__((noinline)) void
work_under_lock(void)
{
	own_lock_take(&lock);
	sleep_ms(TASK_MS);
	own_lock_give(&lock);
}

static void *
under_lock(void *arg)
{
	(void)arg;
	for (;;) {
		work_under_lock();
		sleep_ms(1);
	}
	return NULL;
}

static void
put_task(void)
{
	atomic_fetch_add(&word, 1);
	wake(&word);
}

static void
take_task(void)
{
	for (;;) {
		int n = atomic_load(&word);

		if (n > 0 && atomic_compare_exchange_strong(&word, &n, n - 1))
			return;
		if (n == 0)
			wait_for(&word, 0);
	}
}

/* One task in four brings another two. */
static void *
work_on_tasks(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	for (;;) {
		take_task();
		sleep_ms(1);
		seed = seed * 1664525 + 1013904223;
		if (seed >> 30 == 0) {
			put_task();
			put_task();
		}
	}
	return NULL;
}

/* As an event count: a worker that finds one wakes the next. */
static void *
pass_baton(void *arg)
{
	(void)arg;
	for (;;) {
		int before = atomic_load(&word), n = atomic_load(&tasks);

		if (n == 0) {
			wait_for(&word, before);
			continue;
		}
		if (!atomic_compare_exchange_strong(&tasks, &n, n - 1))
			continue;
		atomic_fetch_add(&word, 1);
		wake(&word);
		sleep_ms(1);
	}
	return NULL;
}

static void
wait_for_task(void)
{
	own_lock_take(&lock);
	while (atomic_load(&tasks) == 0) {
		int before = atomic_load(&word);

		own_lock_give(&lock);
		wait_for(&word, before);
		own_lock_take(&lock);
	}
	atomic_fetch_sub(&tasks, 1);
	own_lock_give(&lock);
}

static void *
work_as_told(void *arg)
{
	(void)arg;
	for (;;) {
		wait_for_task();
		sleep_ms(2 * TASK_MS);
	}
	return NULL;
}

static void *
take_turns(void *arg)
{
	(void)arg;
	for (;;) {
		own_lock_take(&lock);
		take_task();
		own_lock_give(&lock);
		sleep_ms(TASK_MS);
	}
	return NULL;
}

static void
start(void *(*run)(void *), unsigned n)
{
	pthread_t thread;

	for (uintptr_t i = 0; i < n; i++)
		if (pthread_create(&thread, NULL, run, (void *)(i + 1)) == 0)
			pthread_setname_np(thread, "worker");
}

static void
put_one(void)
{
	own_lock_take(&lock);
	atomic_fetch_add(&tasks, 1);
	own_lock_give(&lock);
	atomic_fetch_add(&word, 1);
	wake(&word);
}

static void
put_three(void)
{
	atomic_fetch_add(&tasks, 3);
	atomic_fetch_add(&word, 1);
	wake(&word);
}

static void (*submit)(void) = put_task;

static void *
feed(void *arg)
{
	(void)arg;
	for (;;) {
		submit();
		sleep_ms(TASK_MS);
	}
	return NULL;
}

static bool
start_workers(const char *what)
{
	if (strcmp(what, "tasks") == 0) {
		start(work_on_tasks, FOUR);
	} else if (strcmp(what, "turn") == 0) {
		start(take_turns, FOUR);
	} else if (strcmp(what, "baton") == 0) {
		submit = put_three;
		start(pass_baton, FOUR);
	} else if (strcmp(what, "cond") == 0) {
		submit = put_one;
		start(work_as_told, FOUR);
	} else {
		return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";
	pthread_t thread;

	if (strcmp(what, "mutex") == 0)
		start(under_lock, SIX);
	else if (!start_workers(what))
		return 2;
	else if (pthread_create(&thread, NULL, feed, NULL) != 0)
		return 1;
	while (getchar() != EOF)
		;
	return 0;
}
