/*
 * test_pool_hurry - what is said of workers that have too many tasks to time
 * them all.
 */
#include <check.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "tests/unit/toldbed.h"

static void
set_up_worker(void)
{
	set_up();
	pool_worker_begin(pool, 0);
}

/* @n tasks that all wait from the beginning; one in @rare takes @ns. */
static void
hurry_through(unsigned n, unsigned rare, uint64_t ns)
{
	struct pool_stamp *s = calloc(n, sizeof(*s));

	pool_queued(pool, s, n);
	for (unsigned i = 0; i < n; i++) {
		pool_started(pool, &s[i], 1);
		if (i % rare == 0)
			spin_ns(ns);
		pool_done(pool, &s[i], 1);
	}
	free(s);
}

START_TEST(what_comes_every_so_often_is_not_timed_more_often)
{
	hurry_through(80000, 8, 4000);
	look();
	ck_assert_uint_eq(told.done, 80000);
	ck_assert_uint_lt(histogram_quantile(&told.run, 800), 2000);
	ck_assert_uint_ge(histogram_quantile(&told.run, 960), 2000);
}
END_TEST

START_TEST(a_time_in_which_not_all_were_timed_says_so)
{
	uint64_t timed;

	hurry_through(20000, 100000, 0);
	hurry_through(4096, 1, 30000);
	look();
	timed = told.run.count;
	ck_assert_uint_eq(told.done, 24096);
	ck_assert(told.sampled == (timed < told.done));
	hurry_through(10, 1, 1000);
	look();
	ck_assert(!told.sampled);
	ck_assert_uint_eq(told.run.count, 10);
}
END_TEST

START_TEST(a_long_task_among_short_ones_is_seen)
{
	for (unsigned i = 0; i < 8; i++) {
		hurry_through(20000, 20000, 0);
		hurry_through(7, 7, 40 * NS_PER_MS);
		look();
		ck_assert_uint_ge(told.run.max_ns, 40 * NS_PER_MS - NS_PER_MS);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pool_hurry");
	TCase *c = tcase_create("hurry");
	SRunner *run = srunner_create(s);
	int failed;

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, set_up_worker, NULL);
	tcase_add_test(c, what_comes_every_so_often_is_not_timed_more_often);
	tcase_add_test(c, a_time_in_which_not_all_were_timed_says_so);
	tcase_add_test(c, a_long_task_among_short_ones_is_seen);
	suite_add_tcase(s, c);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
