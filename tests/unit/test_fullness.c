/*
 * test_fullness - the time in which nobody was idle is known exactly, in
 * whatever order the idle times are told.
 */
#include <check.h>
#include <stdlib.h>

#include "shim/sched/fullness.h"

static struct fullness f;

static void
begin(void)
{
	fullness_begin(&f, 100);
}

START_TEST(a_pool_that_never_says_idle_is_full)
{
	fullness_fold(&f, 500, UINT64_MAX);
	ck_assert_uint_eq(f.total, 400);
	ck_assert_uint_eq(f.streak, 100);
	fullness_fold(&f, 600, UINT64_MAX);
	ck_assert_uint_eq(f.total, 500);
	ck_assert_uint_eq(f.streak, 100);
}
END_TEST

START_TEST(who_is_idle_still_counts_from_when_it_began)
{
	fullness_fold(&f, 500, 300);
	ck_assert_uint_eq(f.total, 200);
	ck_assert_uint_eq(f.streak, 0);
	/* It was so until 700; what was folded is not counted again. */
	fullness_idle(&f, 300, 700);
	fullness_fold(&f, 1000, UINT64_MAX);
	ck_assert_uint_eq(f.total, 500);
	ck_assert_uint_eq(f.streak, 700);
}
END_TEST

START_TEST(a_long_idle_time_told_late_takes_back_the_short_ones)
{
	fullness_idle(&f, 150, 160);
	fullness_idle(&f, 180, 190);
	fullness_idle(&f, 210, 220);
	fullness_idle(&f, 170, 300);
	fullness_fold(&f, 400, UINT64_MAX);
	/* 100-150, 160-170, 300-400 */
	ck_assert_uint_eq(f.total, 160);
	ck_assert_uint_eq(f.streak, 300);
}
END_TEST

START_TEST(an_earlier_idle_time_told_late_splits_a_span)
{
	fullness_idle(&f, 300, 310);
	fullness_idle(&f, 200, 210);
	fullness_fold(&f, 400, UINT64_MAX);
	ck_assert_uint_eq(f.total, 280);
}
END_TEST

enum { LONG = 4000, WORKERS = 4 };

/* The same by hand: which of the ticks nobody was idle in. */
START_TEST(random_times_agree_with_counting_ticks)
{
	static unsigned char idle[LONG];
	uint64_t busy_until[WORKERS] = { 0 }, total = 0, now = 0;

	srand((unsigned)_i);
	fullness_begin(&f, 0);
	for (unsigned i = 0; i < LONG; i++)
		idle[i] = 0;
	while (now < LONG - 100) {
		unsigned w = (unsigned)rand() % WORKERS;
		uint64_t from = busy_until[w], to;

		now += (unsigned)rand() % 20;
		from += now > from ? (unsigned)rand() % (now - from) : 0;
		to = MAX(from, now);
		if (fullness_is_crowded(&f)) {
			/* The others are taken for busy: known so far. */
			fullness_fold(&f, now, from);
			for (unsigned k = 0; k < WORKERS; k++)
				busy_until[k] = MAX(busy_until[k], now);
		}
		fullness_idle(&f, from, to);
		for (uint64_t i = from; i < to; i++)
			idle[i] = 1;
		busy_until[w] = MAX(to, busy_until[w]);
	}
	fullness_fold(&f, LONG, UINT64_MAX);
	for (unsigned i = 0; i < LONG; i++)
		total += !idle[i];
	ck_assert_uint_eq(f.total, total);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fullness");
	TCase *c = tcase_create("fullness");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, begin, NULL);
	tcase_add_test(c, a_pool_that_never_says_idle_is_full);
	tcase_add_test(c, who_is_idle_still_counts_from_when_it_began);
	tcase_add_test(c,
	    a_long_idle_time_told_late_takes_back_the_short_ones);
	tcase_add_test(c, an_earlier_idle_time_told_late_splits_a_span);
	tcase_add_loop_test(c, random_times_agree_with_counting_ticks, 0, 50);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
