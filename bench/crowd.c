/*
 * crowd - many idle threads and one that works a little, for schedtrace.
 *
 *	crowd THREADS SECONDS
 *
 * THREADS threads wait on a condition.  After SECONDS it prints how many
 * nanoseconds of CPU the thread named "diag" used meanwhile (0 when there is
 * none) and how many the process used in all.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static unsigned waiting;

static void *
wait_for_ever(void *arg)
{
	pthread_mutex_lock(&lock);
	waiting++;
	for (;;)
		pthread_cond_wait(&never, &lock);
	return arg;
}

/* First number of /proc/self/task/TID/schedstat: CPU time in nanoseconds. */
static unsigned long long
cpu_of(const char *tid)
{
	char path[320];
	unsigned long long ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%s/schedstat", tid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	fclose(f);
	return ns;
}

static int
is_diag(const char *tid)
{
	char path[320], name[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%s/comm", tid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fgets(name, sizeof(name), f) == NULL)
		name[0] = '\0';
	fclose(f);
	return strcmp(name, "diag\n") == 0;
}

/* The thread named diag, as text, or "". */
static void
find_diag(char *tid, size_t size)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *e;

	tid[0] = '\0';
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] != '.' && is_diag(e->d_name))
			snprintf(tid, size, "%s", e->d_name);
	}
	if (dir != NULL)
		closedir(dir);
}

static unsigned
start(unsigned threads)
{
	pthread_attr_t attr;
	pthread_t thread;
	unsigned started = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	while (started < threads &&
	    pthread_create(&thread, &attr, wait_for_ever, NULL) == 0)
		started++;
	return started;
}

int
main(int argc, char **argv)
{
	unsigned started = start(argc > 1 ? (unsigned)atoi(argv[1]) : 100);
	unsigned seconds = argc > 2 ? (unsigned)atoi(argv[2]) : 5;
	struct timespec a, b;
	unsigned long long before;
	unsigned ready = 0;
	char tid[256];

	while (ready < started) {
		usleep(10000);
		pthread_mutex_lock(&lock);
		ready = waiting;
		pthread_mutex_unlock(&lock);
	}
	find_diag(tid, sizeof(tid));
	sleep(1);
	before = cpu_of(tid);
	clock_gettime(CLOCK_MONOTONIC, &a);
	sleep(seconds);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("threads %u cpu %llu wall %.0f\n", started,
	    cpu_of(tid) - before, (double)(b.tv_sec - a.tv_sec) * 1e9 +
	    (double)(b.tv_nsec - a.tv_nsec));
	fflush(stdout);
	_exit(0);
}
