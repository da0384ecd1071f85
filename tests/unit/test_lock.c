/*
 * test_lock - one at a time, and nobody sleeps for ever.
 */
#include "common/base/lock.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/base/clock.h"

enum { THREADS = 4, ROUNDS = 20000 };

static struct lock lock;
static unsigned long counter;	/* under the lock */

static void
begin(void)
{
	lock_reset(&lock);
	counter = 0;
}

static void *
count(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		lock_take(&lock);
		counter++;
		lock_give(&lock);
	}
	return NULL;
}

static void *
count_patiently(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		while (!lock_take_for(&lock, NS_PER_S))
			continue;
		counter++;
		lock_give(&lock);
	}
	return NULL;
}

START_TEST(only_one_thread_is_inside)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL,
		    i % 2 == 0 ? count : count_patiently, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(counter, THREADS * ROUNDS);
	ck_assert_uint_eq(lock.word, 0);
}
END_TEST

START_TEST(a_taken_lock_is_refused_and_comes_back)
{
	ck_assert(lock_try(&lock));
	ck_assert(!lock_try(&lock));
	ck_assert(!lock_take_for(&lock, 1000));
	lock_give(&lock);
	ck_assert(lock_try(&lock));
}
END_TEST

START_TEST(a_limited_wait_ends_not_before_its_time)
{
	uint64_t before = clock_ns();

	ck_assert(lock_try(&lock));
	ck_assert(!lock_take_for(&lock, 3 * NS_PER_MS));
	ck_assert_uint_ge(clock_ns() - before, 3 * NS_PER_MS);
}
END_TEST

START_TEST(a_reset_lock_is_free)
{
	ck_assert(lock_try(&lock));
	lock_reset(&lock);
	ck_assert(lock_try(&lock));
}
END_TEST

START_TEST(futex_calls_give_the_reason_and_no_errno)
{
	uint32_t word = 1;

	errno = 7;
	ck_assert_int_eq(futex_wait(&word, 2, 0), -EAGAIN);
	ck_assert_int_eq(futex_wait(&word, 1, NS_PER_MS), -ETIMEDOUT);
	ck_assert_int_eq(futex_wake(&word, 1), 0);
	ck_assert_int_eq(errno, 7);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lock");
	TCase *t = tcase_create("lock");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, only_one_thread_is_inside);
	tcase_add_test(t, a_taken_lock_is_refused_and_comes_back);
	tcase_add_test(t, a_limited_wait_ends_not_before_its_time);
	tcase_add_test(t, a_reset_lock_is_free);
	tcase_add_test(t, futex_calls_give_the_reason_and_no_errno);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
