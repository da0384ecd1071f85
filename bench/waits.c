/*
 * waits - what standing in front of libc's waiting calls costs.
 *
 *	waits		(run by make bench with nothing set; it preloads us)
 *
 * An uncontended mutex, locked or tried; a condition that nobody waits for; a
 * semaphore that has one; in a process with a second thread, as libc takes
 * locks by other instructions in one that has none.  Each side is this program
 * again, with and without libdiag.so, by turns; a row's number is the median of
 * the differences in nanoseconds per pair of calls, or per signal.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sides.h"

enum { ROUNDS = 9, PAIRS = 10000000, FIGURES = 4 };

static const char *const names[FIGURES] = {
	"mutex lock/unlock", "condition signal", "mutex trylock/unlock",
	"semaphore trywait/post",
};
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem;

static void
lock(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static void
signal_nobody(void)
{
	pthread_cond_signal(&cond);
}

static void
try_lock(void)
{
	if (pthread_mutex_trylock(&mutex) == 0)
		pthread_mutex_unlock(&mutex);
}

static void
try_sem(void)
{
	if (sem_trywait(&sem) == 0)
		sem_post(&sem);
}

static double
cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Each call has a loop of its own: an indirect one would be timed, too. */
#define TIME(call) __extension__ ({					\
	double before = cpu_ns();					\
									\
	for (int i = 0; i < PAIRS; i++)					\
		call;							\
	(cpu_ns() - before) / PAIRS;					\
})

static void *
idle(void *arg)
{
	pause();
	return arg;
}

/* One side. */
static int
measure(void)
{
	double ns[FIGURES];
	pthread_t second;

	if (pthread_create(&second, NULL, idle, NULL) != 0)
		return 1;
	sem_init(&sem, 0, 1);
	ns[0] = TIME(lock());
	ns[1] = TIME(signal_nobody());
	ns[2] = TIME(try_lock());
	ns[3] = TIME(try_sem());
	printf("%f %f %f %f\n", ns[0], ns[1], ns[2], ns[3]);
	return 0;
}

/* The medians of with minus without. */
static int
compare(const char *self, const char *set, double more[FIGURES])
{
	double with[FIGURES], without[FIGURES], all[FIGURES][ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		if (run_side(self, "env -u LD_PRELOAD -u DIAG", without,
		    FIGURES) || run_side(self, set, with, FIGURES))
			return -1;
		for (int k = 0; k < FIGURES; k++)
			all[k][i] = with[k] - without[k];
	}
	for (int k = 0; k < FIGURES; k++)
		more[k] = median(all[k], ROUNDS);
	return 0;
}

static int
rows(const char *self, const char *set, const char *how, const char *most)
{
	double more[FIGURES];

	if (compare(self, set, more) != 0)
		return -1;
	for (int k = 0; k < FIGURES; k++)
		printf("row\tns more per %s, %s\t%.2f\t<=\t%s\n", names[k],
		    how, more[k], most);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *lib = getenv("DIAG_LIB");
	char set[2048];

	if (argc > 1 && strcmp(argv[1], "one") == 0)
		return measure();
	lib = lib != NULL ? lib : ".libs/libdiag.so";
	snprintf(set, sizeof(set), "env -u DIAG LD_PRELOAD='%s'", lib);
	if (rows(argv[0], set, "unset", "1") != 0)
		return 77;
	snprintf(set, sizeof(set), "env DIAG=schedtrace=1000,log=/dev/null "
	    "LD_PRELOAD='%s'", lib);
	return rows(argv[0], set, "schedtrace", "2") != 0 ? 77 : 0;
}
