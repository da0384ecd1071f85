/*
 * test_recent - what is compared is what would be walked.
 *
 * On a thread's stack, because no frame of it is left by rbp; this is compiled
 * as most programs are, without frame pointers.
 */
#include <check.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "shim/stack/stack.h"

#define NOINLINE __attribute__((noinline))

static volatile int keep_frame;
/* So that a loop stays one call: equal stacks need equal places. */
static volatile int twice = 2;

/* The caller's stack, as the wrappers ask for it. */
static NOINLINE uint32_t
from_here(struct stack_cache *c)
{
	const struct stack_origin from = STACK_ORIGIN();
	uint32_t number = stack_capture_at(c, &from);

	keep_frame++;
	return number;
}

static NOINLINE uint32_t by_small(unsigned path, struct stack_cache *c);
static NOINLINE uint32_t by_large(unsigned path, struct stack_cache *c);

/* A bit a level says who is next; above the last one is a 1. */
static ALWAYS_INLINE uint32_t
go_on(unsigned path, struct stack_cache *c)
{
	if (path <= 1)
		return from_here(c);
	return (path & 1 ? by_small : by_large)(path >> 1, c);
}

static NOINLINE uint32_t
by_small(unsigned path, struct stack_cache *c)
{
	uint32_t number = go_on(path, c);

	keep_frame++;
	return number;
}

static NOINLINE uint32_t
by_large(unsigned path, struct stack_cache *c)
{
	volatile char room[72];
	uint32_t number;

	room[0] = (char)path;
	number = go_on(path, c);
	keep_frame += room[0];
	return number;
}

static NOINLINE uint32_t
above(unsigned depth, unsigned path, struct stack_cache *c)
{
	uint32_t number = depth == 0 ? go_on(path, c) :
	    above(depth - 1, path, c);

	keep_frame++;
	return number;
}

/* Another caller with a frame of the same size. */
static NOINLINE uint32_t
above_all(unsigned depth, unsigned path, struct stack_cache *c)
{
	uint32_t number = above(depth, path, c);

	keep_frame += 2;
	return number;
}

/* Its frame is left by rbp; what is called by it leaves rbp alone. */
static NOINLINE uint32_t
by_rbp(size_t n, unsigned path, struct stack_cache *c)
{
	volatile char *room = __builtin_alloca(n);
	uint32_t number;

	room[0] = 1;
	number = go_on(path, c);
	keep_frame += room[0];
	return number;
}

/* Both lead to the same place with the same rsp, but not the same rbp; and what
 * the one left on the stack the other does not write over. */
static NOINLINE uint32_t
by_rbp_near(unsigned path, struct stack_cache *c)
{
	uint32_t number = by_rbp(128, path, c);

	keep_frame++;
	return number;
}

static NOINLINE uint32_t
by_rbp_far(unsigned path, struct stack_cache *c)
{
	char room[64];
	uint32_t number;

	__asm__ volatile("" : : "r"(room) : "memory");
	number = by_rbp(64, path, c);
	keep_frame += 2;
	return number;
}

/* Below what is called between two captures, so that what they leave stays;
 * and from one place. */
static NOINLINE uint32_t
any_way(unsigned way, unsigned path, struct stack_cache *c)
{
	char room[4096];
	uint32_t number;

	__asm__ volatile("" : : "r"(room) : "memory");
	number = (way == 0 ? by_rbp_near : by_rbp_far)(path, c);
	keep_frame++;
	return number;
}

/* What a cache says that knows other stacks, and one that knows nothing. */
static bool
is_said_by_both(struct stack_cache *all, unsigned way, unsigned depth,
    unsigned path)
{
	struct stack_cache *c[2] = { stack_cache_make(0, 0), all };
	uint32_t number[2];

	for (volatile int k = 0; k < twice; k++)
		number[k] = way == 0 ? above(depth + 1, path, c[k]) :
		    way == 1 ? above_all(depth, path, c[k]) :
		    any_way(way - 2, path, c[k]);
	stack_cache_drop(c[0]);
	return number[0] != STACK_NONE && number[0] == number[1];
}

static void *
take_turns(void *arg)
{
	struct stack_cache *all = stack_cache_make(0, 0);
	unsigned seed = 1, depth = 0, *wrong = arg;

	for (int i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		if (i % 64 == 0)
			depth = seed >> 19 & 255;
		*wrong += !is_said_by_both(all, seed >> 28 & 1, depth,
		    (seed >> 16 & 7) + (seed >> 24 & 1 ? 8 : 16));
	}
	stack_cache_drop(all);
	return NULL;
}

/* The same place again and again, or one frame away from it, and at times from
 * elsewhere: tops of one frame and of none. */
static void *
take_turns_nearby(void *arg)
{
	struct stack_cache *all = stack_cache_make(0, 0);
	unsigned seed = 1, *wrong = arg;

	for (unsigned i = 0; i < 8000; i++) {
		seed = seed * 1103515245 + 12345;
		*wrong += !is_said_by_both(all, i / 16 % 2, 12,
		    1 + (seed >> 20 & 3) / 2);
	}
	stack_cache_drop(all);
	return NULL;
}

/* Four places by turns, then the same from elsewhere, the second one first. */
static void *
take_turns_by_rbp(void *arg)
{
	struct stack_cache *all = stack_cache_make(0, 0);
	unsigned *wrong = arg;

	for (unsigned i = 0; i < 4000; i++) {
		unsigned round = i / 8 % 2;

		*wrong += !is_said_by_both(all, 2 + round, 0,
		    8 + (i + round) % 4);
	}
	stack_cache_drop(all);
	return NULL;
}

static unsigned
wrong_in_thread(void *(*run)(void *))
{
	unsigned wrong = 0;
	pthread_t id;

	pthread_create(&id, NULL, run, &wrong);
	pthread_join(id, NULL);
	return wrong;
}

START_TEST(places_that_come_by_turns_are_the_stacks_that_they_are)
{
	ck_assert_uint_eq(wrong_in_thread(take_turns), 0);
}
END_TEST

START_TEST(a_place_that_comes_again_is_compared_all_the_way)
{
	ck_assert_uint_eq(wrong_in_thread(take_turns_nearby), 0);
}
END_TEST

START_TEST(a_frame_with_another_rbp_is_another_frame)
{
	ck_assert_uint_eq(wrong_in_thread(take_turns_by_rbp), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("recent");
	TCase *t = tcase_create("recent");
	SRunner *runner;
	int failed;

	if (stack_init(64) != 0)
		return EXIT_FAILURE;
	tcase_set_timeout(t, 60);
	tcase_add_test(t,
	    places_that_come_by_turns_are_the_stacks_that_they_are);
	tcase_add_test(t, a_place_that_comes_again_is_compared_all_the_way);
	tcase_add_test(t, a_frame_with_another_rbp_is_another_frame);
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
