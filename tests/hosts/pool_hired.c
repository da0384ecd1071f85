/*
 * pool_hired - threads that work on, with the start routine of others before
 * them that ended soon.
 *
 *	pool_hired idle|idle_own|works|works_own|tasks
 *
 * idle		Workers that have waited for work at one condition since they
 *		began.
 * works	The same; they have something to do every few milliseconds.
 * tasks	A thread for each task.
 *
 * The start routine is called like those that run whatever they are given, and
 * with _own has a name of its own.  Says "ready" when it is so, and ends with
 * its standard input.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BEFORE = 8, WORKERS = 4, TASK_NS = 2000000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t some = PTHREAD_COND_INITIALIZER;
static unsigned waiting;
static bool hires;

static void
nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = TASK_NS }, NULL);
}

static void
work_on(void)
{
	for (;;) {
		pthread_mutex_lock(&lock);
		while (waiting == 0)
			pthread_cond_wait(&some, &lock);
		waiting--;
		pthread_mutex_unlock(&lock);
		nap();
	}
}

static void
begin(void)
{
	if (hires)
		work_on();
	nap();
}

/* Not static: their names count. */
void *thread_start(void *arg);
void *
thread_start(void *arg)
{
	begin();
	return arg;
}

void *hired(void *arg);
void *
hired(void *arg)
{
	begin();
	return arg;
}

static pthread_t
create(void *(*routine)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, routine, NULL) != 0)
		abort();
	return thread;
}

static void *
give_work(void *arg)
{
	for (;;) {
		pthread_mutex_lock(&lock);
		waiting++;
		pthread_cond_signal(&some);
		pthread_mutex_unlock(&lock);
		nap();
	}
	return arg;
}

static void *
give_threads(void *arg)
{
	for (;;)
		pthread_join(create(thread_start), NULL);
	return arg;
}

int
main(int argc, char **argv)
{
	const char *role = argc == 2 ? argv[1] : "";
	void *(*routine)(void *) = strstr(role, "_own") != NULL ? hired :
	    thread_start;
	char line[16];

	for (int i = 0; i < BEFORE; i++)
		pthread_join(create(routine), NULL);
	hires = strcmp(role, "tasks") != 0;
	for (int i = 0; hires && i < WORKERS; i++)
		create(routine);
	if (!hires)
		create(give_threads);
	else if (strncmp(role, "works", 5) == 0)
		create(give_work);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	return fgets(line, sizeof(line), stdin) != NULL;
}
