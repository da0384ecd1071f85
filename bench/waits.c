/*
 * waits - what standing in front of libc's waiting calls costs.
 *
 *	waits		(run by make bench with nothing set; it preloads us)
 *
 * Uncontended mutex lock and unlock, and a condition signal that nobody waits
 * for (which we do not stand in front of).  Each side is this program again,
 * with and without libdiag.so, by turns; a row's number is the median of the
 * differences in nanoseconds per pair.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, PAIRS = 20000000 };

static double
cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* One side: nanoseconds per lock and unlock, and per signal. */
static int
measure(void)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t c = PTHREAD_COND_INITIALIZER;
	double t[3];

	t[0] = cpu_ns();
	for (int i = 0; i < PAIRS; i++) {
		pthread_mutex_lock(&m);
		pthread_mutex_unlock(&m);
	}
	t[1] = cpu_ns();
	for (int i = 0; i < PAIRS; i++)
		pthread_cond_signal(&c);
	t[2] = cpu_ns();
	printf("%f %f\n", (t[1] - t[0]) / PAIRS, (t[2] - t[1]) / PAIRS);
	return 0;
}

static int
run_side(const char *self, const char *set, double *ns)
{
	char command[4096];
	FILE *f;
	int n;

	snprintf(command, sizeof(command), "%s '%s' one", set, self);
	f = popen(command, "r");
	if (f == NULL)
		return -1;
	n = fscanf(f, "%lf %lf", &ns[0], &ns[1]);
	pclose(f);
	return n == 2 ? 0 : -1;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The medians of with minus without. */
static int
row(const char *self, const char *set, double *lock, double *signal)
{
	double with[2], without[2], l[ROUNDS], s[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		if (run_side(self, "env -u LD_PRELOAD -u DIAG", without) ||
		    run_side(self, set, with))
			return -1;
		l[i] = with[0] - without[0];
		s[i] = with[1] - without[1];
	}
	qsort(l, ROUNDS, sizeof(l[0]), compare);
	qsort(s, ROUNDS, sizeof(s[0]), compare);
	*lock = l[ROUNDS / 2];
	*signal = s[ROUNDS / 2];
	return 0;
}

int
main(int argc, char **argv)
{
	const char *lib = getenv("DIAG_LIB");
	char set[2048];
	double lock, signal;

	if (argc > 1 && strcmp(argv[1], "one") == 0)
		return measure();
	snprintf(set, sizeof(set), "env -u DIAG LD_PRELOAD='%s'",
	    lib != NULL ? lib : ".libs/libdiag.so");
	if (row(argv[0], set, &lock, &signal) != 0)
		return 77;
	printf("row\tns more per mutex lock/unlock, unset\t%.2f\t<=\t1\n",
	    lock);
	printf("row\tns more per condition signal, unset\t%.2f\t<=\t1\n",
	    signal);
	snprintf(set, sizeof(set), "env DIAG=schedtrace=1000,log=/dev/null "
	    "LD_PRELOAD='%s'", lib != NULL ? lib : ".libs/libdiag.so");
	if (row(argv[0], set, &lock, &signal) != 0)
		return 77;
	printf("row\tns more per mutex lock/unlock, schedtrace\t%.2f\t<=\t-\n",
	    lock);
	return 0;
}
