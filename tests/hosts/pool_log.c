/*
 * pool_log - the load and its log.
 */
#include "tests/hosts/pool_log.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TURN_MS = 10, STEADY_TURNS = 150, PER_TURN = 2, BURST = 160,
	SAMPLES = 2000, QUIET_TURNS = 90 };

static struct task {
	uint64_t queued;
	_Atomic uint64_t started, done;
} task[POOL_LOG_TASKS];
static struct sample {
	uint64_t at;
	unsigned workers;
} sample[SAMPLES];
static unsigned samples, submitted;
static _Atomic unsigned finished;

static uint64_t
now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
rest(unsigned ms)
{
	struct timespec t = { 0, (long)ms * 1000000 };

	nanosleep(&t, NULL);
}

void
pool_log_work(unsigned i)
{
	task[i].started = now(CLOCK_MONOTONIC);
	rest(5 + i % 4 * 5);
	task[i].done = now(CLOCK_MONOTONIC);
	finished++;
}

static void
submit(const struct pool_log_host *h, unsigned n)
{
	for (; n > 0 && submitted < POOL_LOG_TASKS; n--) {
		task[submitted].queued = now(CLOCK_MONOTONIC);
		h->submit(submitted++);
	}
}

static void
turn(const struct pool_log_host *h)
{
	h->turn();
	if (samples < SAMPLES)
		sample[samples++] = (struct sample){
			now(CLOCK_MONOTONIC), h->workers(),
		};
	rest(TURN_MS);
}

void
pool_log_run(const struct pool_log_host *h)
{
	for (unsigned i = 0; i < STEADY_TURNS; i++) {
		submit(h, PER_TURN);
		turn(h);
	}
	submit(h, BURST);
	while (finished < POOL_LOG_TASKS)
		turn(h);
	for (unsigned i = 0; i < QUIET_TURNS; i++)
		turn(h);
}

/* Field 22 of the process's stat, in ticks of 10 ms since boot. */
uint64_t
pool_log_start(void)
{
	unsigned long long ticks = 0;
	char text[1024];
	FILE *f = fopen("/proc/self/stat", "r");
	const char *p = f != NULL && fgets(text, sizeof(text), f) != NULL ?
	    strrchr(text, ')') : NULL;

	for (int i = 2; p != NULL && i < 22; i++)
		p = strchr(p + 1, ' ');
	if (p != NULL)
		sscanf(p, " %llu", &ticks);
	if (f != NULL)
		fclose(f);
	return ticks * 10000000u + now(CLOCK_MONOTONIC) - now(CLOCK_BOOTTIME);
}

int
pool_log_write(const char *path)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return 0;
	fprintf(f, "start %" PRIu64 "\n", pool_log_start());
	for (unsigned i = 0; i < samples; i++)
		fprintf(f, "workers %" PRIu64 " %u\n", sample[i].at,
		    sample[i].workers);
	for (unsigned i = 0; i < submitted; i++)
		fprintf(f, "task %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		    task[i].queued, task[i].started, task[i].done);
	return fclose(f) == 0;
}
