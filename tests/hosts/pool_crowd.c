/*
 * pool_crowd - many workers, each of which waits for a condition of its own.
 *
 * Says "idle" when all of them wait, and ends with its standard input.  The
 * more addresses are known to be waited at, the more others look like one of
 * them at first sight, those on the stacks of new threads, too.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { WORKERS = 200 };

static struct own {
	pthread_mutex_t mutex;
	pthread_cond_t never;
} own[WORKERS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_wait = PTHREAD_COND_INITIALIZER;
static unsigned waiting;

/* Not static: it is what the pool is named after. */
void *shapes_worker(void *arg);
void *
shapes_worker(void *arg)
{
	struct own *mine = arg;

	pthread_mutex_lock(&mine->mutex);
	pthread_mutex_lock(&lock);
	waiting++;
	pthread_cond_signal(&all_wait);
	pthread_mutex_unlock(&lock);
	for (;;)
		pthread_cond_wait(&mine->never, &mine->mutex);
	return NULL;
}

int
main(void)
{
	pthread_t thread;
	char byte;

	for (unsigned i = 0; i < WORKERS; i++) {
		pthread_mutex_init(&own[i].mutex, NULL);
		pthread_cond_init(&own[i].never, NULL);
		if (pthread_create(&thread, NULL, shapes_worker, &own[i]) != 0)
			return 1;
		pthread_mutex_lock(&lock);
		while (waiting <= i)
			pthread_cond_wait(&all_wait, &lock);
		pthread_mutex_unlock(&lock);
	}
	printf("idle\n");
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}
