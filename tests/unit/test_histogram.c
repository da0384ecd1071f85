/*
 * test_histogram - durations keep their order and their size.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shim/sched/histogram.h"

static struct histogram h, other, since;

static void
clear(void)
{
	memset(&h, 0, sizeof(h));
	memset(&other, 0, sizeof(other));
}

/* Within the half of a bucket, 3.2 %. */
static void
is_near(uint64_t is, uint64_t wanted)
{
	ck_assert_uint_le(is, wanted + wanted / 31 + 34);
	ck_assert_uint_ge(is + is / 31 + 34, wanted);
}

START_TEST(an_empty_one_has_no_quantiles)
{
	ck_assert_uint_eq(histogram_quantile(&h, 500), 0);
	ck_assert_uint_eq(histogram_quantile(&h, 1000), 0);
}
END_TEST

START_TEST(every_duration_is_found_within_three_percent)
{
	for (uint64_t ns = 1; ns < 1ull << 43; ns += ns / 7 + 1) {
		clear();
		histogram_add(&h, ns);
		/* Two of them: the largest does not help. */
		histogram_add(&h, 1ull << 50);
		is_near(histogram_quantile(&h, 500), ns);
	}
}
END_TEST

START_TEST(buckets_never_go_back)
{
	unsigned last = 0;

	for (uint64_t ns = 0; ns < 1u << 16; ns++) {
		unsigned i = histogram_bucket(ns);

		ck_assert_uint_ge(i, last);
		ck_assert_uint_le(i, last + 1);
		last = i;
	}
	ck_assert_uint_eq(histogram_bucket(UINT64_MAX),
	    HISTOGRAM_BUCKETS - 1);
}
END_TEST

START_TEST(quantiles_are_those_of_the_sorted_list)
{
	for (uint64_t us = 1; us <= 1000; us++)
		histogram_add(&h, us * 1000);
	is_near(histogram_quantile(&h, 500), 500000);
	is_near(histogram_quantile(&h, 990), 990000);
	is_near(histogram_quantile(&h, 1), 1000);
	ck_assert_uint_eq(h.max_ns, 1000000);
	ck_assert_uint_le(histogram_quantile(&h, 1000), h.max_ns);
	ck_assert_uint_eq(h.count, 1000);
	ck_assert_uint_eq(h.sum_ns, 500500000);
}
END_TEST

START_TEST(what_came_since_is_the_difference)
{
	histogram_add(&h, 1000);
	histogram_add(&h, 900000);
	other = h;
	h.max_ns = 0;
	histogram_add(&h, 5000);
	histogram_since(&since, &h, &other);
	ck_assert_uint_eq(since.count, 1);
	ck_assert_uint_eq(since.sum_ns, 5000);
	ck_assert_uint_eq(since.max_ns, 5000);
	is_near(histogram_quantile(&since, 500), 5000);
}
END_TEST

START_TEST(merging_adds_up)
{
	histogram_add(&h, 1000);
	histogram_add(&other, 4000);
	histogram_merge(&h, &other);
	ck_assert_uint_eq(h.count, 2);
	ck_assert_uint_eq(h.sum_ns, 5000);
	ck_assert_uint_eq(h.max_ns, 4000);
}
END_TEST

enum { ADDED = 20000 };

static void *
add_many(void *arg)
{
	(void)arg;
	for (uint64_t i = 1; i <= ADDED; i++)
		histogram_add_shared(&h, i, 1);
	return NULL;
}

START_TEST(several_threads_lose_nothing_where_it_is_shared)
{
	pthread_t a, b;

	ck_assert_int_eq(pthread_create(&a, NULL, add_many, NULL), 0);
	ck_assert_int_eq(pthread_create(&b, NULL, add_many, NULL), 0);
	histogram_merge(&other, &h);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	ck_assert_uint_eq(h.count, 2 * ADDED);
	ck_assert_uint_eq(h.max_ns, ADDED);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("histogram");
	TCase *c = tcase_create("histogram");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, clear, NULL);
	tcase_add_test(c, an_empty_one_has_no_quantiles);
	tcase_add_test(c, every_duration_is_found_within_three_percent);
	tcase_add_test(c, buckets_never_go_back);
	tcase_add_test(c, quantiles_are_those_of_the_sorted_list);
	tcase_add_test(c, what_came_since_is_the_difference);
	tcase_add_test(c, merging_adds_up);
	tcase_add_test(c, several_threads_lose_nothing_where_it_is_shared);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
