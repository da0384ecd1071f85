/*
 * test_poolline - a pool in one line, and which pools get one.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "shim/schedtrace/poolline.h"

static char text[2048];

static const char *
line_of(const struct poolview *v)
{
	struct buf b = BUF(text);

	poolline_write(&b, 2005, v);
	return buf_cstr(&b);
}

/* The pool of the manual. */
static struct poolview
known_pool(void)
{
	return (struct poolview){
		.name = "libuv", .via = "libuv", .number = 1,
		.workers_known = EXACT, .workers = 4,
		.crew_known = EXACT, .idle = 0, .busy = 4,
		.blocked_known = EXACT, .blocked = 1,
		.queue_known = EXACT, .waiting = 37,
		.rate_known = EXACT, .done = 1289,
		.wait = { EXACT, 1289, 1200000, 8400000, 31000000 },
		.run = { EXACT, 1289, 310000, 2100000, 9000000 },
		.wakeup = { EXACT, 12, 20000, 100000, 1000000 },
		.period_ns = NS_PER_S, .full_known = EXACT,
		.full_ns = NS_PER_S, .oldest_known = EXACT,
		.oldest_ns = 2400 * NS_PER_MS, .longest_known = EXACT,
		.longest_ns = 5200 * NS_PER_MS, .times_known = EXACT,
		.delay_ns = 3 * NS_PER_MS, .cpu_ns = 1830 * NS_PER_MS,
		.lockwait_known = EXACT,
	};
}

START_TEST(what_is_known_is_said)
{
	struct poolview v = known_pool();

	ck_assert_str_eq(line_of(&v), "POOL 2005ms: libuv#1 workers=4 idle=0 "
	    "runqueue=37 [-] rate=1289/s wait=1.2/8.4/31ms "
	    "run=0.31/2.1/9.0ms via=libuv busy=4 blocked=1 saturated=100% "
	    "oldest=2.4s longest=5.2s cpu=183% delay=3.0ms lockwait=0ms "
	    "wakeup=0.020/0.10/1.0ms");
}
END_TEST

START_TEST(what_is_not_known_is_a_dash)
{
	struct poolview v = { .name = "x", .via = "inferred", .number = 2,
	    .workers_known = EXACT, .workers = 3,
	    .crew_known = EXACT, .idle = 3,
	    .period_ns = NS_PER_S };

	ck_assert_str_eq(line_of(&v), "POOL 2005ms: x#2 workers=3 idle=3 "
	    "runqueue=- [-] rate=- wait=- run=- via=inferred busy=0 blocked=- "
	    "saturated=- oldest=- longest=- cpu=- delay=- lockwait=- "
	    "wakeup=-");
}
END_TEST

START_TEST(estimates_are_marked)
{
	struct poolview v = known_pool();

	v.workers_known = v.crew_known = v.blocked_known =
	    v.queue_known = v.rate_known = v.wait.known = v.full_known =
	    v.oldest_known = v.times_known = ESTIMATED;
	v.queues = 4;
	v.queue_length[3] = 9;
	ck_assert_ptr_nonnull(strstr(line_of(&v),
	    " workers=~4 idle=~0 runqueue=~37 "
	    "[0 0 0 9] "
	    "rate=~1289/s wait=~1.2/8.4/31ms run=0.31"));
	ck_assert_ptr_nonnull(strstr(text, "busy=~4 blocked=~1 "
	    "saturated=~100% oldest=~2.4s longest=5.2s cpu=~183% "
	    "delay=~3.0ms "));
}
END_TEST

START_TEST(times_of_no_task_are_not_known)
{
	struct poolview v = known_pool();

	v.run.count = v.wait.count = v.done = 0;
	ck_assert_ptr_nonnull(strstr(line_of(&v),
	    " rate=0/s wait=- run=- via="));
}
END_TEST

START_TEST(few_tasks_have_a_decimal)
{
	struct poolview v = known_pool();

	v.done = 3;
	v.period_ns = 2 * NS_PER_S;
	ck_assert_ptr_nonnull(strstr(line_of(&v), " rate=1.5/s "));
}
END_TEST

START_TEST(a_name_is_one_word)
{
	struct poolview v = known_pool();

	memcpy(v.name, "my pool\n", 9);
	ck_assert_ptr_nonnull(strstr(line_of(&v),
	    "2005ms: my_pool\\x0a#1 workers"));
	memset(v.name, 'n', sizeof(v.name));
	ck_assert_ptr_nonnull(strstr(line_of(&v),
	    " nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn#1 workers"));
}
END_TEST

static void
add(struct poolline_list *l, unsigned number, enum known known,
    uint64_t waiting)
{
	struct poolview v = { .number = number, .queue_known = known,
	    .waiting = waiting, .period_ns = 1, .via = "api" };

	poolline_add(&v, l);
}

START_TEST(sixteen_pools_are_shown_the_busiest_first)
{
	static struct poolline_list l;

	poolline_begin(&l);
	for (unsigned i = 1; i <= 40; i++)
		add(&l, i, EXACT, (i * 7) % 40);
	ck_assert_uint_eq(l.count, POOLLINES);
	ck_assert_uint_eq(l.more, 40 - POOLLINES);
	ck_assert_uint_eq(l.waiting, 39 * 40 / 2);
	ck_assert_int_eq(l.waiting_known, EXACT);
	for (unsigned i = 0; i < POOLLINES; i++)
		ck_assert_uint_eq(l.view[i].waiting, 39 - i);
}
END_TEST

START_TEST(a_silent_pool_has_no_line_and_its_part_of_the_sum)
{
	static struct poolline_list l;
	struct poolview gone = { .number = 9, .queue_known = EXACT,
	    .silent = true, .via = "async" };

	poolline_begin(&l);
	poolline_add(&gone, &l);
	ck_assert_uint_eq(l.count, 0);
	ck_assert_int_eq(l.waiting_known, EXACT);
	add(&l, 1, NOT_KNOWN, 0);
	ck_assert_uint_eq(l.count, 1);
	ck_assert_int_eq(l.waiting_known, ESTIMATED);
}
END_TEST

START_TEST(a_saturated_pool_comes_before_a_longer_queue)
{
	static struct poolline_list l;
	struct poolview full = { .number = 9, .period_ns = 100,
	    .full_known = EXACT, .full_ns = 95, .via = "api" };

	poolline_begin(&l);
	add(&l, 1, EXACT, 1000);
	poolline_add(&full, &l);
	ck_assert_uint_eq(l.view[0].number, 9);
}
END_TEST

START_TEST(a_sum_is_worth_what_its_parts_are)
{
	static struct poolline_list l;

	poolline_begin(&l);
	ck_assert_int_eq(l.waiting_known, NOT_KNOWN);
	add(&l, 1, NOT_KNOWN, 77);
	add(&l, 2, NOT_KNOWN, 0);
	ck_assert_int_eq(l.waiting_known, NOT_KNOWN);
	add(&l, 3, EXACT, 5);
	ck_assert_int_eq(l.waiting_known, ESTIMATED);
	ck_assert_uint_eq(l.waiting, 5);
	poolline_begin(&l);
	add(&l, 1, EXACT, 5);
	ck_assert_int_eq(l.waiting_known, EXACT);
	add(&l, 2, ESTIMATED, 2);
	ck_assert_int_eq(l.waiting_known, ESTIMATED);
	ck_assert_uint_eq(l.waiting, 7);
}
END_TEST

static Suite *
poolline_suite(void)
{
	Suite *s = suite_create("poolline");
	TCase *c = tcase_create("poolline");

	tcase_add_test(c, what_is_known_is_said);
	tcase_add_test(c, what_is_not_known_is_a_dash);
	tcase_add_test(c, estimates_are_marked);
	tcase_add_test(c, times_of_no_task_are_not_known);
	tcase_add_test(c, few_tasks_have_a_decimal);
	tcase_add_test(c, a_name_is_one_word);
	tcase_add_test(c, sixteen_pools_are_shown_the_busiest_first);
	tcase_add_test(c, a_silent_pool_has_no_line_and_its_part_of_the_sum);
	tcase_add_test(c, a_saturated_pool_comes_before_a_longer_queue);
	tcase_add_test(c, a_sum_is_worth_what_its_parts_are);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(poolline_suite());
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
