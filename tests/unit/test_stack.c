/*
 * test_stack - captures: what their numbers stand for.
 *
 * The library is linked into this program, so that its frames count as the
 * host's; only stack_capture()'s own is left out.
 */
#include <check.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/base/sys.h"
#include "shim/stack/bounds.h"
#include "shim/stack/modules.h"
#include "shim/stack/rules.h"
#include "shim/stack/stack.h"

/* ASan's runtime maps, starts and keeps what some tests count. */
#if defined(__SANITIZE_ADDRESS__)
enum { WITH_ASAN = 1 };
#else
enum { WITH_ASAN = 0 };
#endif

#define NOINLINE __attribute__((noinline))

static struct stack_cache *cache;
static uintptr_t pc[STACK_DEPTH_MAX];
static bool cut;
static volatile int keep_frame;
/* So that a loop stays one call: equal stacks need equal places.  Its counter
 * is volatile, too, where clang would make two of its first turn. */
static volatile int twice = 2;

static void
setup(void)
{
	ck_assert_int_eq(stack_init(64), 0);
	cache = stack_cache_make(0, 0);
	ck_assert_ptr_nonnull(cache);
}

static void
teardown(void)
{
	stack_cache_drop(cache);
}

static NOINLINE uint32_t
capture(struct stack_cache *c)
{
	uint32_t number = stack_capture(c);

	keep_frame++;
	return number;
}

static NOINLINE uint32_t
capture_at(unsigned depth, struct stack_cache *c)
{
	uint32_t number = depth == 0 ? capture(c) : capture_at(depth - 1, c);

	keep_frame++;
	return number;
}

START_TEST(equal_stacks_have_equal_numbers)
{
	uint32_t number[2];

	for (volatile int i = 0; i < twice; i++)
		number[i] = capture_at(5, cache);
	ck_assert_uint_ne(number[0], STACK_NONE);
	ck_assert_uint_eq(number[0], number[1]);
}
END_TEST

START_TEST(different_stacks_have_different_numbers)
{
	uint32_t one = capture_at(5, cache), two = capture_at(6, cache);
	uint32_t three = capture_at(5, cache);

	ck_assert_uint_ne(one, two);
	ck_assert_uint_ne(one, three); /* the call's place is another */
}
END_TEST

START_TEST(first_frame_is_the_caller)
{
	uint32_t number = capture(cache);
	uintptr_t here = (uintptr_t)capture;

	ck_assert_uint_ge(stack_frames(number, pc, 64, &cut), 3);
	ck_assert(!cut);
	ck_assert_uint_lt(pc[0] - here, 200);
}
END_TEST

START_TEST(a_capture_without_a_cache_is_the_same)
{
	uint32_t with = 0, without = 0;

	for (volatile int i = 0; i < twice; i++)
		*(i ? &with : &without) = capture_at(7, i ? cache : NULL);
	ck_assert_uint_ne(with, STACK_NONE);
	ck_assert_uint_eq(with, without);
}
END_TEST

struct both {
	uint32_t whole, call;
};

static NOINLINE struct both
capture_both(struct stack_cache *c)
{
	struct stack_origin from = STACK_ORIGIN();
	struct both b = {
		.whole = stack_capture_at(cache, &from),
		.call = stack_capture_call(c, &from),
	};

	keep_frame++;
	return b;
}

START_TEST(a_call_alone_is_the_innermost_frame)
{
	uint32_t module[2], call = STACK_NONE;
	uintptr_t alone;

	for (volatile int i = 0; i < 2 * twice; i++) {
		struct both b = capture_both(i % 2 == 0 ? cache : NULL);

		ck_assert_uint_eq(stack_frames_in(b.call, &alone, module, 1,
		    &cut), 1);
		ck_assert(cut);
		ck_assert_uint_gt(stack_frames_in(b.whole, pc, &module[1], 1,
		    NULL), 1);
		ck_assert_uint_eq(alone, pc[0]);
		ck_assert_uint_eq(module[0], module[1]);
		ck_assert(i == 0 || call == b.call);
		call = b.call;
		if (i == twice)
			stack_forget_code();
	}
}
END_TEST

START_TEST(calls_from_more_places_than_are_kept_are_told_apart)
{
	enum { PLACES = 1000 };

	static uint32_t number[PLACES];
	struct stack_origin from = {
		.sp = (uintptr_t)__builtin_frame_address(0),
	};

	for (int i = 0; i < 2 * PLACES; i++) {
		uint32_t *n = &number[i % PLACES], now;

		from.pc = (uintptr_t)srunner_run_all + i % PLACES + 1;
		now = stack_capture_call(cache, &from);
		ck_assert(i < PLACES || now == *n);
		*n = now;
		ck_assert_uint_eq(stack_frames(now, pc, 1, NULL), 1);
		ck_assert_uint_eq(pc[0], from.pc);
	}
}
END_TEST

START_TEST(recursion_gives_one_frame_a_level)
{
	unsigned few = stack_frames(capture_at(3, cache), NULL, 0, NULL);
	unsigned more = stack_frames(capture_at(23, cache), NULL, 0, NULL);

	ck_assert_uint_eq(more, few + 20);
}
END_TEST

START_TEST(what_is_deeper_than_wanted_is_cut)
{
	uint32_t deep[2];

	for (volatile int i = 0; i < twice; i++)
		deep[i] = capture_at(100, cache);
	ck_assert_uint_eq(stack_frames(deep[0], pc, 512, &cut), 64);
	ck_assert(cut);
	ck_assert_uint_eq(deep[0], deep[1]);
	stack_frames(capture_at(5, cache), pc, 512, &cut);
	ck_assert(!cut);
}
END_TEST

START_TEST(a_cut_stack_comes_back_from_any_depth)
{
	uint32_t first[120], second[120];
	uint32_t *round[2] = { first, second };

	for (volatile int i = 0; i < twice; i++)
		for (unsigned d = 0; d < 120; d++)
			round[i][d] = capture_at((d * 37) % 120, cache);
	ck_assert_mem_eq(first, second, sizeof(first));
}
END_TEST

START_TEST(a_cut_stack_is_the_innermost_frames)
{
	for (unsigned i = 0; i < 1000; i++) {
		unsigned depth = 64 + i * 37 % 160;

		ck_assert_uint_eq(stack_frames(capture_at(depth, cache), pc,
		    64, &cut), 64);
		ck_assert(cut);
		ck_assert_uint_lt(pc[0] - (uintptr_t)capture, 200);
		for (unsigned k = 3; k < 64; k++)
			ck_assert_uint_eq(pc[k], pc[2]);
	}
}
END_TEST

START_TEST(random_depths_with_and_without_reuse_agree)
{
	unsigned seed = 1;

	for (int i = 0; i < 2000; i++) {
		uint32_t number[2];
		unsigned depth;

		seed = seed * 1103515245 + 12345;
		depth = seed >> 16 & 31;
		for (volatile int k = 0; k < twice; k++)
			number[k] = capture_at(depth, k ? cache : NULL);
		ck_assert_uint_eq(number[0], number[1]);
	}
}
END_TEST

static void *
in_thread(void *arg)
{
	struct stack_cache *c = stack_cache_make(0, 0);
	uint32_t *number = arg;

	for (int i = 0; i < 100; i++)
		*number = capture_at(9, c);
	stack_cache_drop(c);
	return NULL;
}

START_TEST(threads_give_equal_stacks_equal_numbers)
{
	pthread_t id[8];
	uint32_t number[8];

	for (int i = 0; i < 8; i++)
		pthread_create(&id[i], NULL, in_thread, &number[i]);
	for (int i = 0; i < 8; i++)
		pthread_join(id[i], NULL);
	for (int i = 1; i < 8; i++)
		ck_assert_uint_eq(number[i], number[0]);
	stack_frames(number[0], pc, 64, &cut);
	ck_assert(!cut);
}
END_TEST

START_TEST(a_number_that_was_never_given_has_no_frames)
{
	ck_assert_uint_eq(stack_frames(stack_limit() + 5, pc, 64, &cut), 0);
	ck_assert(cut);
	ck_assert_uint_eq(stack_frames(STACK_NONE, pc, 64, &cut), 0);
}
END_TEST

START_TEST(no_more_frames_are_written_than_there_is_place_for)
{
	uint32_t number = capture_at(9, cache);

	memset(pc, 0, sizeof(pc));
	ck_assert_uint_gt(stack_frames(number, pc, 4, NULL), 4);
	ck_assert_uint_ne(pc[3], 0);
	ck_assert_uint_eq(pc[4], 0);
}
END_TEST

START_TEST(forgetting_code_changes_no_number_of_what_is_still_there)
{
	uint32_t number[2];

	for (volatile int i = 0; i < twice; i++) {
		number[i] = capture_at(5, cache);
		stack_forget_code();
	}
	ck_assert_uint_eq(number[0], number[1]);
}
END_TEST

START_TEST(rules_survive_a_full_turn_of_their_stamps)
{
	uint32_t before = 0, after = 0;

	for (volatile int i = 0; i < twice; i++) {
		*(i ? &after : &before) = capture_at(5, cache);
		for (int k = 0; k < 70000; k++)
			stack_forget_code();
	}
	ck_assert_uint_eq(before, after);
}
END_TEST

START_TEST(frames_know_their_module)
{
	uint32_t module[64];
	struct stack_module m;
	unsigned n = stack_frames_in(capture(cache), pc, module, 64, NULL);

	ck_assert(stack_module(module[0], &m));
	ck_assert_str_eq(m.name, "");
	ck_assert(pc[0] > m.start && pc[0] < m.end);
	ck_assert(stack_module(module[n - 3], &m));
	ck_assert_ptr_nonnull(strstr(m.name, "libc.so"));
	ck_assert(!stack_module(0, &m));
}
END_TEST

START_TEST(unmapped_memory_is_known_without_touching_it)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct window w = { 0 };
	uint64_t word;

	mprotect(p + 4096, 4096, PROT_NONE);
	ck_assert(bounds_can_read((uintptr_t)p));
	ck_assert(!bounds_can_read((uintptr_t)p + 4096));
	ck_assert(bounds_foreign(&w, (uintptr_t)p));
	ck_assert(bounds_read(&w, (uintptr_t)p + 4088, &word));
	ck_assert(!bounds_read(&w, (uintptr_t)p + 4090, &word));
	ck_assert(!bounds_read(&w, UINTPTR_MAX - 3, &word));
	munmap(p, 8192);
}
END_TEST

START_TEST(a_walk_never_leaves_its_stack)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct stack_regs r = {
		.pc = (uintptr_t)capture + 1, .interrupted = true,
	};

	munmap(p + 4096, 4096);
	for (unsigned back = 8; back < 400; back += 8) {
		r.sp = r.fp = (uintptr_t)p + 4096 - back;
		stack_frames(stack_capture_regs(cache, &r), pc, 64, &cut);
		stack_frames(stack_capture_regs(NULL, &r), pc, 64, &cut);
	}
	r.sp = r.fp = 8;
	ck_assert_uint_eq(stack_capture_regs(cache, &r), STACK_NONE);
	munmap(p, 4096);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("stack");
	TCase *t = tcase_create("stack");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, equal_stacks_have_equal_numbers);
	tcase_add_test(t, different_stacks_have_different_numbers);
	tcase_add_test(t, first_frame_is_the_caller);
	if (!WITH_ASAN)
		tcase_add_test(t, a_capture_without_a_cache_is_the_same);
	tcase_add_test(t, a_call_alone_is_the_innermost_frame);
	tcase_add_test(t,
	    calls_from_more_places_than_are_kept_are_told_apart);
	tcase_add_test(t, recursion_gives_one_frame_a_level);
	tcase_add_test(t, what_is_deeper_than_wanted_is_cut);
	tcase_add_test(t, a_cut_stack_comes_back_from_any_depth);
	tcase_add_test(t, a_cut_stack_is_the_innermost_frames);
	tcase_add_test(t, random_depths_with_and_without_reuse_agree);
	tcase_add_test(t, threads_give_equal_stacks_equal_numbers);
	tcase_add_test(t, a_number_that_was_never_given_has_no_frames);
	tcase_add_test(t, no_more_frames_are_written_than_there_is_place_for);
	tcase_add_test(t,
	    forgetting_code_changes_no_number_of_what_is_still_there);
	tcase_add_test(t, rules_survive_a_full_turn_of_their_stamps);
	tcase_add_test(t, frames_know_their_module);
	tcase_add_test(t, unmapped_memory_is_known_without_touching_it);
	tcase_add_test(t, a_walk_never_leaves_its_stack);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
