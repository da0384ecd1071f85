/*
 * sched10k - what schedtrace costs a process with ten thousand threads.
 *
 *	sched10k [THREADS [SECONDS]]
 *
 * Most threads wait on a condition for ever, eight are woken all the time.
 * After a pause in which the first looks are over, the CPU time of the thread
 * "diag" is taken from the kernel for SECONDS.  One line: threads, seconds,
 * CPU time in milliseconds, share of one CPU in percent.  Run it with
 *
 *	LD_PRELOAD=libdiag.so DIAG=schedtrace=1000,log=/dev/null sched10k
 */
#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ACTIVE = 8 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void *
wait_for_ever(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	for (;;)
		pthread_cond_wait(&never, &lock);
	return NULL;
}

static void *
wake_often(void *arg)
{
	const struct timespec pause = { .tv_nsec = 2000000 };

	(void)arg;
	for (;;)
		nanosleep(&pause, NULL);
	return NULL;
}

static void
create(unsigned n)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	for (unsigned i = 0; i < n; i++) {
		pthread_t th;

		if (pthread_create(&th, &attr, i < ACTIVE ? wake_often :
		    wait_for_ever, NULL) != 0) {
			fprintf(stderr, "sched10k: only %u threads\n", i);
			exit(77);
		}
	}
}

/* CPU time of the thread called "diag" in nanoseconds; -1 without one. */
static long long
diag_cpu_ns(void)
{
	DIR *d = opendir("/proc/self/task");
	long long ns = -1;
	struct dirent *e;

	while (d != NULL && ns < 0 && (e = readdir(d)) != NULL) {
		char path[PATH_MAX], name[32] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
		    e->d_name);
		f = fopen(path, "r");
		if (f == NULL)
			continue;
		if (fgets(name, sizeof(name), f) == NULL)
			name[0] = '\0';
		fclose(f);
		if (strcmp(name, "diag\n") != 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%s/schedstat",
		    e->d_name);
		f = fopen(path, "r");
		if (f == NULL || fscanf(f, "%lld", &ns) != 1)
			ns = -1;
		if (f != NULL)
			fclose(f);
	}
	if (d != NULL)
		closedir(d);
	return ns;
}

int
main(int argc, char **argv)
{
	unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 10000;
	unsigned seconds = argc > 2 ? (unsigned)atoi(argv[2]) : 10;
	long long before, after;

	create(n);
	sleep(3);
	before = diag_cpu_ns();
	sleep(seconds);
	after = diag_cpu_ns();
	if (before < 0 || after < 0) {
		fprintf(stderr, "sched10k: there is no diag thread\n");
		return 77;
	}
	printf("%u threads %u s %.1f ms %.3f %%\n", n, seconds,
	    (double)(after - before) / 1e6,
	    (double)(after - before) / 1e7 / seconds);
	return 0;
}
