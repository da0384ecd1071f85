/*
 * leak_given - blocks that only something points to which libc or the allocator
 * has given beyond what was asked for: a block's room, a thread's result.
 *
 *	leak_given KIND
 *
 * What each kind leaves is in tests/preload/reach.test.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/hosts/leak_take.h"

enum { ASKED = 100 };

static char *volatile room;
static char *volatile past;

/* A pointer in the last word of the room of a block. */
static NOINLINE void
keep_room(void)
{
	room = take(ASKED);
	void *p = take(77);
	size_t n = malloc_usable_size(room);

	if (n >= ASKED + sizeof(p))
		memcpy(room + (n / sizeof(p) - 1) * sizeof(p), &p, sizeof(p));
}

/* A pointer to the last byte of a room. */
static NOINLINE void
keep_past(void)
{
	char *p = take(ASKED);

	past = p + malloc_usable_size(p) - 1;
}

static NOINLINE void *
result_of(void *arg)
{
	return take((uintptr_t)arg);
}

/* A thread ends, and its result is there for who joins it, or is nobody's. */
static NOINLINE void
end_thread(int detached, int joined)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, detached);
	pthread_create(&thread, &attr, result_of, (void *)(uintptr_t)88);
	if (joined)
		pthread_join(thread, NULL);
	else
		nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
	pthread_attr_destroy(&attr);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "keep_room") == 0)
		keep_room();
	if (strcmp(argv[1], "keep_past") == 0)
		keep_past();
	if (strcmp(argv[1], "keep_result") == 0)
		end_thread(PTHREAD_CREATE_JOINABLE, 0);
	if (strcmp(argv[1], "lose_joined") == 0)
		end_thread(PTHREAD_CREATE_JOINABLE, 1);
	if (strcmp(argv[1], "lose_detached") == 0)
		end_thread(PTHREAD_CREATE_DETACHED, 0);
	scrub();
	return 0;
}
