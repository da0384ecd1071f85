/*
 * pool_hired - threads that work on, with the start routine of others before
 * them that ended soon.
 *
 *	pool_hired idle|idle_own|works|works_own|tasks|crowd|
 *		named
 *
 * idle		Workers that have waited for work at one condition since they
 *		began.
 * works	The same; they have something to do every few milliseconds.
 * tasks	A thread for each task.
 * crowd	The same, eight at once, and each waits for two signals at one
 *		condition.
 * named	Nobody ended soon; workers have something to do, and one more
 *		thread that is called like them waits elsewhere.
 *
 * The start routine is called like those that run whatever they are given, and
 * with _own has a name of its own.  Says "ready" when it is so, and ends with
 * its standard input.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

enum { BEFORE = 8, WORKERS = 4, CROWD = 8, TASK_NS = 2000000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t some = PTHREAD_COND_INITIALIZER;
static sem_t elsewhere;
static unsigned waiting, named, signals;

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

/* What a thread runs. */
typedef void (*what_fn)(void);
struct job {
	what_fn what;
};

static void
take_name(void)
{
	unsigned n = __atomic_fetch_add(&named, 1, __ATOMIC_RELAXED);
	char name[16];

	snprintf(name, sizeof(name), "hand-%u", n);
	prctl(PR_SET_NAME, name);
}

static void
work_with_name(void)
{
	take_name();
	work_on();
}

static void
wait_elsewhere(void)
{
	take_name();
	for (;;)
		sem_wait(&elsewhere);
}

/* Not static: their names count. */
void *thread_start(void *arg);
void *
thread_start(void *arg)
{
	((const struct job *)arg)->what();
	return arg;
}

void *hired(void *arg);
void *
hired(void *arg)
{
	((const struct job *)arg)->what();
	return arg;
}

/* Of those that give the others work. */
static void *
give(void *arg)
{
	((const struct job *)arg)->what();
	return arg;
}

static pthread_t
create(void *(*routine)(void *), what_fn what)
{
	struct job *job = malloc(sizeof(*job));
	pthread_t thread;

	if (job == NULL)
		abort();
	job->what = what;
	if (pthread_create(&thread, NULL, routine, job) != 0)
		abort();
	return thread;
}

static void
run_to_end(void *(*routine)(void *), what_fn what)
{
	void *job;

	pthread_join(create(routine, what), &job);
	free(job);
}

static void
give_work(void)
{
	for (;;) {
		pthread_mutex_lock(&lock);
		waiting++;
		pthread_cond_signal(&some);
		pthread_mutex_unlock(&lock);
		nap();
	}
}

static void
give_threads(void)
{
	for (;;)
		run_to_end(thread_start, nap);
}

static void
wait_twice(void)
{
	pthread_mutex_lock(&lock);
	for (unsigned until = signals + 2; until - signals - 1 < 2;)
		pthread_cond_wait(&some, &lock);
	pthread_mutex_unlock(&lock);
}

static void
give_crowd(void)
{
	for (;;)
		run_to_end(thread_start, wait_twice);
}

static void
give_signals(void)
{
	for (;;) {
		pthread_mutex_lock(&lock);
		signals++;
		pthread_cond_broadcast(&some);
		pthread_mutex_unlock(&lock);
		nap();
	}
}

static bool
crowd(const char *role)
{
	if (strcmp(role, "crowd") != 0)
		return false;
	create(give, give_signals);
	for (int i = 0; i < CROWD; i++)
		create(give, give_crowd);
	return true;
}

static void
hire(const char *role, void *(*routine)(void *))
{
	bool name = strcmp(role, "named") == 0;

	for (int i = 0; !name && i < BEFORE; i++)
		run_to_end(routine, nap);
	if (crowd(role))
		return;
	if (strcmp(role, "tasks") == 0) {
		create(give, give_threads);
		return;
	}
	for (int i = 0; i < WORKERS; i++)
		create(routine, name ? work_with_name : work_on);
	if (name)
		create(routine, wait_elsewhere);
	if (name || strncmp(role, "works", 5) == 0)
		create(give, give_work);
}

int
main(int argc, char **argv)
{
	const char *role = argc == 2 ? argv[1] : "";
	char line[16];

	hire(role, strstr(role, "_own") != NULL ? hired : thread_start);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	return fgets(line, sizeof(line), stdin) != NULL;
}
