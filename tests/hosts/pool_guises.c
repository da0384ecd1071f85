/*
 * pool_guises - workers that seem to be what they are not, at first sight.
 *
 *	pool_guises passing|turns|late|names|queues|drains|answers
 *
 * passing	Tasks take 30 us and never block: who is met at work sleeps for
 *		the next one a moment later.
 * turns	All wait for their turn at one condition near to their start a
 *		few times, and from then on for tasks, each at a condition of
 *		its own, as an interpreter's threads do.
 * late		All wait for the start, and then in a loop of their own; the
 *		last of them has nothing to do there.
 * names	A start routine of a library's, as far as its name goes, has
 *		started two families that wait, each for itself.
 * drains	Workers are rung up by a semaphore for each task, and take what
 *		there is before they come back to it, which they hardly do.
 * answers	There is always a task, and each waits for an answer, at a
 *		condition of the worker's own.
 * queues	One routine works for two queues, and its threads are named
 *		after those.
 *
 * Says "ready" when it is so, and ends with its standard input.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Threads of the first of two families, and of both. */
enum { FAMILY = 10, BOTH = 13, QUEUE = 3, QUEUES = 5 };
enum { WORKERS = 3, TURNS = 4, TASKS = 120, TASK_NS = 30000, DEEP = 4096,
	PILE = 50 };

static struct worker {
	pthread_mutex_t mutex;
	pthread_cond_t own;
	int epoll, event;
	unsigned turns, tasks, done;	/* given, given, finished */
} workers[WORKERS], named[BOTH];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static bool turns_wanted;

static void
work(void)
{
	struct timespec t, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += TASK_NS;
	do
		clock_gettime(CLOCK_MONOTONIC, &t);
	while ((t.tv_sec - end.tv_sec) * 1000000000L + t.tv_nsec <
	    end.tv_nsec);
}

/* With the lock in hand. */
static void
finish_one(struct worker *me)
{
	me->done++;
	pthread_cond_signal(&done);
}

static void
wait_for_turns(struct worker *me, unsigned n)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < n; i++) {
		while (me->turns == i)
			pthread_cond_wait(&turn, &lock);
		finish_one(me);
	}
	pthread_mutex_unlock(&lock);
}

static __attribute__((noinline)) void
loop_events(struct worker *me)
{
	struct epoll_event ev;
	uint64_t n;

	while (epoll_wait(me->epoll, &ev, 1, -1) == 1) {
		if (read(me->event, &n, sizeof(n)) != sizeof(n))
			continue;
		work();
		__atomic_fetch_add(&me->done, 1, __ATOMIC_RELEASE);
	}
}

/* Far from the start, and behind another mutex. */
static __attribute__((noinline)) void
loop_own(struct worker *me)
{
	volatile char far[DEEP];

	far[0] = 1;
	pthread_mutex_lock(&me->mutex);
	for (unsigned i = 0; far[0] != 0; i++) {
		while (me->tasks == i)
			pthread_cond_wait(&me->own, &me->mutex);
		__atomic_fetch_add(&me->done, 1, __ATOMIC_RELEASE);
	}
}

/* Not static: it is what the pool is named after. */
void *guises_worker(void *arg);
void *
guises_worker(void *arg)
{
	struct worker *me = arg;

	if (turns_wanted)
		wait_for_turns(me, TURNS);
	else
		wait_for_turns(me, 1);
	if (turns_wanted)
		loop_own(me);
	else
		loop_events(me);
	return NULL;
}

/* Not static: its name is one that libraries have. */
void *dummy_worker(void *arg);
void *
dummy_worker(void *arg)
{
	loop_own(arg);
	return NULL;
}

static void
nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
}

static void
give_turns(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		/* Let them all come to wait for it. */
		for (unsigned k = 0; k < 50; k++)
			nap();
		pthread_mutex_lock(&lock);
		for (unsigned k = 0; k < WORKERS; k++)
			workers[k].turns++;
		pthread_cond_broadcast(&turn);
		for (unsigned k = 0; k < WORKERS; k++)
			while (workers[k].done <= i)
				pthread_cond_wait(&done, &lock);
		pthread_mutex_unlock(&lock);
	}
}

static void
give_event(struct worker *w)
{
	uint64_t one = 1;

	if (write(w->event, &one, sizeof(one)) != sizeof(one))
		abort();
}

/* One task after the other, each to a worker that waits. */
static void
give_tasks(struct worker *w)
{
	unsigned before = w->done;

	for (unsigned i = 1; i <= TASKS; i++) {
		nap();
		if (turns_wanted) {
			pthread_mutex_lock(&w->mutex);
			w->tasks++;
			pthread_cond_signal(&w->own);
			pthread_mutex_unlock(&w->mutex);
		} else {
			give_event(w);
		}
		while (__atomic_load_n(&w->done, __ATOMIC_ACQUIRE) <
		    before + i)
			nap();
	}
}

static sem_t bell;
static int pile;

static bool
take_one(void)
{
	int n = __atomic_load_n(&pile, __ATOMIC_RELAXED);

	while (n > 0 && !__atomic_compare_exchange_n(&pile, &n, n - 1, false,
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return n > 0;
}

static void *
drain(void *arg)
{
	for (;;) {
		while (sem_wait(&bell) != 0)
			;
		while (take_one())
			nap();
	}
	return arg;
}

/* No more than PILE tasks wait. */
static void *
pile_up(void *arg)
{
	for (;;) {
		while (__atomic_load_n(&pile, __ATOMIC_RELAXED) < PILE) {
			__atomic_fetch_add(&pile, 1, __ATOMIC_RELAXED);
			sem_post(&bell);
		}
		nap();
	}
	return arg;
}

static void *
ask(void *arg)
{
	struct worker *me = arg;
	unsigned asked = 0;

	for (;;) {
		/* Its tasks come one after the other. */
		pthread_mutex_lock(&me->mutex);
		me->turns = ++asked;
		while (me->done != asked)
			pthread_cond_wait(&me->own, &me->mutex);
		pthread_mutex_unlock(&me->mutex);
	}
	return arg;
}

static void *
answer(void *arg)
{
	for (;; nap()) {
		for (unsigned i = 0; i < WORKERS; i++) {
			struct worker *w = &workers[i];

			pthread_mutex_lock(&w->mutex);
			w->done = w->turns;
			pthread_cond_signal(&w->own);
			pthread_mutex_unlock(&w->mutex);
		}
	}
	return arg;
}

static void
begin(void *(*routine)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, routine, arg) != 0)
		abort();
}

static void
start_drains(void)
{
	sem_init(&bell, 0, 0);
	begin(pile_up, NULL);
	for (unsigned i = 0; i < WORKERS; i++)
		begin(drain, NULL);
}

static void
start_answers(void)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		pthread_mutex_init(&workers[i].mutex, NULL);
		pthread_cond_init(&workers[i].own, NULL);
		begin(ask, &workers[i]);
	}
	begin(answer, NULL);
}

/* Guises of workers that are not told what to do from here. */
static bool
start_alone(const char *guise)
{
	if (strcmp(guise, "drains") == 0)
		start_drains();
	else if (strcmp(guise, "answers") == 0)
		start_answers();
	else
		return false;
	return true;
}

static void *
feed(void *arg)
{
	(void)arg;
	for (;;) {
		for (unsigned i = 0; i < WORKERS; i++)
			give_event(&workers[i]);
		nap();
	}
	return NULL;
}

static void
start(struct worker *w)
{
	struct epoll_event ev = { .events = EPOLLIN };
	pthread_t thread;

	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->own, NULL);
	w->epoll = epoll_create1(0);
	w->event = eventfd(0, EFD_NONBLOCK);
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->event, &ev) != 0 ||
	    pthread_create(&thread, NULL, guises_worker, w) != 0)
		abort();
}

static void *
queues_worker(void *arg)
{
	loop_own(arg);
	return NULL;
}

/* As much of @name as the kernel keeps. */
static void
start_named(struct worker *w, void *(*run)(void *), char *name)
{
	pthread_t thread;

	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->own, NULL);
	if (pthread_create(&thread, NULL, run, w) != 0)
		abort();
	name[15] = '\0';
	pthread_setname_np(thread, name);
}

static void
start_families(void)
{
	char name[32];

	for (unsigned i = 0; i < BOTH; i++) {
		snprintf(name, sizeof(name), "%u_%s", i + 1, i < FAMILY ?
		    "first_of_them" : "second");
		start_named(&named[i], dummy_worker, name);
	}
}

static void
start_queues(void)
{
	char name[32];

	for (unsigned i = 0; i < QUEUES; i++) {
		snprintf(name, sizeof(name), "%s queue:%u", i < QUEUE ?
		    "main" : "disk", i + 1);
		start_named(&named[i], queues_worker, name);
	}
}

static void
start_told(const char *guise)
{
	turns_wanted = strcmp(guise, "turns") == 0;
	for (unsigned i = 0; i < WORKERS; i++)
		start(&workers[i]);
	give_turns(turns_wanted ? TURNS : 1);
	for (unsigned i = 0; i < (turns_wanted ? WORKERS : WORKERS - 1); i++)
		give_tasks(&workers[i]);
	if (strcmp(guise, "passing") == 0)
		begin(feed, NULL);
}

int
main(int argc, char **argv)
{
	char byte;

	if (argc != 2)
		return 2;
	if (strcmp(argv[1], "names") == 0)
		start_families();
	if (strcmp(argv[1], "queues") == 0)
		start_queues();
	if (!start_alone(argv[1]))
		start_told(argv[1]);
	printf("ready\n");
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}
