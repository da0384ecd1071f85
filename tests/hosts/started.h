/*
 * started - when this process began, as the kernel tells it.
 */
#ifndef HOSTS_STARTED_H
#define HOSTS_STARTED_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static inline uint64_t
started_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* On CLOCK_MONOTONIC, rounded down to 10 ms; 0 when it is not known. */
static inline uint64_t
started_at(void)
{
	char text[1024] = "", *at;
	unsigned long long ticks = 0;
	FILE *f = fopen("/proc/self/stat", "r");

	if (f == NULL)
		return 0;
	at = fgets(text, sizeof(text), f) == NULL ? NULL : strrchr(text, ')');
	fclose(f);
	if (at == NULL || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u "
	    "%*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ticks) != 1)
		return 0;
	return started_clock(CLOCK_MONOTONIC) -
	    (started_clock(CLOCK_BOOTTIME) - ticks * 10000000u);
}

#endif
