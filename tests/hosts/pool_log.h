/*
 * pool_log - a known load for a thread pool, and a log of what became of it.
 *
 * The load is 1.5 s at two thirds of four workers, a burst that takes them
 * half a second, and nothing for a while.  The log has the process's start
 * and, for each task, when it was queued, started and done; for each turn, how
 * many workers there were: all in nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef POOL_LOG_H
#define POOL_LOG_H

#include <stdint.h>

enum { POOL_LOG_WORKERS = 4, POOL_LOG_TASKS = 300 + 160 };

/* What a host does: submits task @i, works off what came back, tells how many
 * workers the pool has. */
struct pool_log_host {
	void (*submit)(unsigned i);
	void (*turn)(void);
	unsigned (*workers)(void);
};

/* Runs the load, to the last task. */
void pool_log_run(const struct pool_log_host *h);
/* What a task does, on a worker: sleeps for its time. */
void pool_log_work(unsigned i);
/* When the process started, as the lines count it: nanoseconds of
 * CLOCK_MONOTONIC. */
uint64_t pool_log_start(void);
/* Writes the log; false when it cannot. */
int pool_log_write(const char *path);

#endif
