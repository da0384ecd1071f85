/*
 * bigstack - a call that has room, whatever the limit of the stack is.
 */
#include "tool/base/bigstack.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

enum { ENOUGH = 4 << 20, STACK = 8 << 20 };

struct call {
	int (*fn)(void *arg);
	void *arg;
	int result;
};

static bool
has_enough(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_STACK, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= ENOUGH;
}

static void *
run(void *arg)
{
	struct call *c = arg;

	c->result = c->fn(c->arg);
	return NULL;
}

int
bigstack_call(int (*fn)(void *arg), void *arg)
{
	struct call c = { .fn = fn, .arg = arg };
	pthread_attr_t attr;
	pthread_t thread;
	bool runs;

	if (has_enough() || pthread_attr_init(&attr) != 0)
		return fn(arg);
	runs = pthread_attr_setstacksize(&attr, STACK) == 0 &&
	    pthread_create(&thread, &attr, run, &c) == 0;
	pthread_attr_destroy(&attr);
	if (!runs)
		return fn(arg);
	pthread_join(thread, NULL);
	return c.result;
}
