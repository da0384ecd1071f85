/*
 * test_gccycle - what happened between two looks, and how it is told.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "shim/gc/gccycle.h"

static char text[4096];

static const char *
line(const struct gc_cycle *c)
{
	struct buf b = BUF(text);

	gccycle_print(&b, c);
	return buf_cstr(&b);
}

static struct gc_cycle
example(void)
{
	return (struct gc_cycle){
	    .number = 7,
	    .elapsed_ns = 2104 * NS_PER_MS,
	    .timed_ns = 2104 * NS_PER_MS,
	    .cpu_all_ns = 135 * NS_PER_MS,
	    .cpus_hundredths = 800,
	    .cpus = 8,
	    .wall_ns = { 20 * NS_PER_US, 3100 * NS_PER_US, 400 * NS_PER_US },
	    .cpu_ns = { 900 * NS_PER_US, 2200 * NS_PER_US, 0 },
	    .before = 412 * MIB, .after = 388 * MIB, .live = 371 * MIB,
	    .goal = 742 * MIB, .stacks = 12 * MIB, .globals = 13 * MIB,
	    .nalloc = 593983, .nfree = 485368,
	    .passes = 9, .calls = 131, .pages = 5983, .arenas = 4,
	};
}

START_TEST(a_cycle_is_told_as_the_manual_says)
{
	struct gc_cycle c = example();

	ck_assert_str_eq(line(&c), "gc 7 @2.104s 0.8%: "
	    "0.020+3.1+0.40 ms clock, 0.90/2.2/0 ms cpu, "
	    "412->388->371 MB, 742 MB goal, 12 MB stacks, 13 MB globals, "
	    "8 P, 108615 (593983-485368) objects, "
	    "9/131/5983 sweeps, 4 arenas (purge)");
}
END_TEST

START_TEST(what_is_not_known_is_a_dash)
{
	struct gc_cycle c = example();

	c.stacks = c.globals = c.nalloc = c.nfree = GC_UNKNOWN;
	line(&c);
	ck_assert_ptr_nonnull(strstr(text, ", - MB stacks, - MB globals, "));
	ck_assert_ptr_nonnull(strstr(text, "- (---) objects"));
}
END_TEST

START_TEST(every_reason_has_its_word_and_one_arena_no_plural)
{
	struct gc_cycle c = example();

	c.arenas = 1;
	c.reason = GC_GROW;
	ck_assert_ptr_nonnull(strstr(line(&c), "1 arena (grow)"));
	c.reason = GC_FORCED;
	ck_assert_ptr_nonnull(strstr(line(&c), "(forced)"));
	c.reason = GC_EXIT;
	ck_assert_ptr_nonnull(strstr(line(&c), "(exit)"));
}
END_TEST

START_TEST(a_process_without_a_past_divides_by_nothing)
{
	struct gc_cycle c = { .number = 1 };

	ck_assert_ptr_nonnull(strstr(line(&c), "gc 1 @0.000s 0.0%: 0+0+0 ms"));
}
END_TEST

START_TEST(a_cycle_is_the_difference_of_two_looks)
{
	static struct gc_look from, to;
	struct gc_cycle c = { 0 };

	from.calls.call[CALL_PURGE].wall_ns = 100;
	to.calls.call[CALL_PURGE].wall_ns = 350;
	to.calls.call[CALL_MAP].wall_ns = 50;
	to.calls.call[CALL_MAP].cpu_ns[PAYER_APP] = 40;
	to.calls.call[CALL_PURGE].cpu_ns[PAYER_BACKGROUND] = 120;
	to.calls.call[CALL_UNMAP].cpu_ns[PAYER_APP] = 2;
	from.heap.npurge = 3;
	to.heap.npurge = 5;
	to.calls.call[CALL_PURGE].count = 11;
	to.calls.call[CALL_PURGE].pages = 77;
	to.calls.call[CALL_UNMAP].pages = 3;
	to.heap.active = 30 * MIB;
	to.heap.dirty = 5 * MIB;
	to.heap.muzzy = MIB;
	to.heap.allocated = 28 * MIB;
	to.heap.tcache_bytes = 3 * MIB;
	to.heap.internal = MIB;
	gccycle_between(&c, &from, &to);

	ck_assert_uint_eq(c.wall_ns[CALL_MAP], 50);
	ck_assert_uint_eq(c.wall_ns[CALL_PURGE], 250);
	ck_assert_uint_eq(c.cpu_ns[PAYER_APP], 42);
	ck_assert_uint_eq(c.cpu_ns[PAYER_BACKGROUND], 120);
	ck_assert_uint_eq(c.cpu_ns[PAYER_FORCED], 0);
	ck_assert_uint_eq(c.passes, 2);
	ck_assert_uint_eq(c.calls, 11);
	ck_assert_uint_eq(c.pages, 77);
	ck_assert_uint_eq(c.after, 36 * MIB);
	ck_assert_uint_eq(gccycle_given_back(&from, &to), 80);
	ck_assert_uint_eq(gccycle_given_back(&to, &from), 0);
	ck_assert_uint_eq(c.live, 24 * MIB);
	ck_assert_uint_eq(c.goal, 48 * MIB);
	ck_assert_uint_eq(gccycle_pause(&c), 300 * 42 / 162);
}
END_TEST

START_TEST(counters_that_went_back_count_as_nothing)
{
	static struct gc_look from, to;
	struct gc_cycle c = { 0 };

	from.heap.npurge = from.calls.call[CALL_PURGE].count = 9;
	from.calls.call[CALL_MAP].wall_ns = 9;
	to.heap.tcache_bytes = 9;
	gccycle_between(&c, &from, &to);
	ck_assert_uint_eq(c.passes + c.calls + c.pages, 0);
	ck_assert_uint_eq(c.wall_ns[CALL_MAP], 0);
	ck_assert_uint_eq(c.live, 0);
	ck_assert_uint_eq(c.goal, GC_GOAL_LEAST);
}
END_TEST

START_TEST(arenas_share_the_time_of_a_purge_and_say_so)
{
	struct heap_arena was = { .index = 3, .npurge = 1, .nmadvise = 10 };
	struct heap_arena is = {
	    .index = 3, .threads = 2, .active = 120 * MIB, .dirty = 8 * MIB,
	    .retained = 64 * MIB, .npurge = 4, .nmadvise = 50,
	    .purged_pages = 2048,
	};
	struct buf b = BUF(text);

	gccycle_print_arena(&b, &was, &is, 1100 * NS_PER_US, 40);
	ck_assert_str_eq(buf_cstr(&b), "  arena 3: threads=2 active=120 MB "
	    "dirty=8.0 MB muzzy=0 MB retained=64 MB, 3/40/2048 sweeps, "
	    "1.1 ms");
	b = BUF(text);
	gccycle_print_arena(&b, &was, &is, 1100 * NS_PER_US, 80);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "sweeps, ~0.55 ms"));
	b = BUF(text);
	gccycle_print_arena(&b, NULL, &is, 0, 0);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "4/50/2048 sweeps, 0 ms"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gccycle");
	TCase *tc = tcase_create("gccycle");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, a_cycle_is_told_as_the_manual_says);
	tcase_add_test(tc, what_is_not_known_is_a_dash);
	tcase_add_test(tc, every_reason_has_its_word_and_one_arena_no_plural);
	tcase_add_test(tc, a_process_without_a_past_divides_by_nothing);
	tcase_add_test(tc, a_cycle_is_the_difference_of_two_looks);
	tcase_add_test(tc, counters_that_went_back_count_as_nothing);
	tcase_add_test(tc, arenas_share_the_time_of_a_purge_and_say_so);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
