/*
 * runtimes - what standing in front of a runtime's functions costs.
 *
 *	runtimes	(run by make bench with nothing set; it preloads us)
 *
 * uv_queue_work() without a function to call is refused at once, so nearly all
 * that is measured is the way there; every name that we export of a runtime
 * takes the same way.  Then whole tasks through the pool, in turns of 64.  Each
 * side is this program again, with and without libdiag.so, by turns; a row's
 * number is the median of the differences in nanoseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "sides.h"

enum { ROUNDS = 9, CALLS = 20000000, TASKS = 64, TURNS = 1500 };

static double
ns_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void
work(uv_work_t *w)
{
	(void)w;
}

static void
after(uv_work_t *w, int status)
{
	(void)w;
	(void)status;
}

/* One side: CPU nanoseconds per refused call, and per task. */
static int
measure(void)
{
	static uv_work_t req[TASKS];
	uv_loop_t *loop = uv_default_loop();
	double t[3];

	t[0] = ns_of(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < CALLS; i++)
		uv_queue_work(loop, req, NULL, NULL);
	t[1] = ns_of(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < TURNS; i++) {
		for (int k = 0; k < TASKS; k++)
			uv_queue_work(loop, &req[k], work, after);
		uv_run(loop, UV_RUN_DEFAULT);
	}
	t[2] = ns_of(CLOCK_PROCESS_CPUTIME_ID);
	printf("%f %f\n", (t[1] - t[0]) / CALLS,
	    (t[2] - t[1]) / (TURNS * TASKS));
	return 0;
}

int
main(int argc, char **argv)
{
	char sides[3][2048] = { "" };
	double more[ROUNDS], armed[ROUNDS], task[ROUNDS];
	const char *lib = getenv("DIAG_LIB");

	if (argc > 1)
		return measure();
	if (lib == NULL)
		lib = ".libs/libdiag.so";
	snprintf(sides[1], sizeof(sides[1]), "LD_PRELOAD='%s'", lib);
	snprintf(sides[2], sizeof(sides[2]), "DIAG=schedtrace=1000,"
	    "log=/dev/null LD_PRELOAD='%s'", lib);
	for (int r = 0; r < ROUNDS; r++) {
		double ns[3][2];

		for (int s = 0; s < 3; s++)
			if (run_side(argv[0], sides[s], ns[s], 2) != 0)
				return 1;
		more[r] = ns[1][0] - ns[0][0];
		armed[r] = ns[2][0] - ns[0][0];
		task[r] = ns[2][1] - ns[1][1];
	}
	printf("row\tns more per call of a runtime's function, unset\t%.2f"
	    "\t<=\t1\n", median(more, ROUNDS));
	printf("row\tns more per call of a runtime's function, schedtrace"
	    "\t%.2f\t<=\t-\n", median(armed, ROUNDS));
	printf("row\tCPU ns more per empty libuv task, schedtrace\t%.0f\t<=\t-"
	    "\n", median(task, ROUNDS));
	return 0;
}
