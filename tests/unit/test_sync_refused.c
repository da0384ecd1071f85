/*
 * test_sync_refused - who looks at a full queue puts nothing there.
 */
#include <stdlib.h>

#include "tests/unit/syncbed.h"

/* All workers have a task, and @n more lie in the queue. */
static void
fill(unsigned n, bool signals)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		lock(worker[i], &take_site);
		wait_for_task(i);
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		bring(&bring_site, true);
		end_wait(i);
	}
	for (unsigned i = 0; i < n; i++)
		bring(&bring_site, signals);
	ck_assert_uint_eq(gate_waiting(gate()), n);
}

/* One is refused, and a worker takes the next. */
static void
take_next(unsigned left)
{
	lock(worker[0], &take_site);
	ck_assert_uint_eq(gate_waiting(gate()), left);
}

START_TEST(a_refusal_is_no_task_where_each_task_has_a_signal)
{
	fill(10, true);
	for (int i = 0; i < 3000; i++)
		bring(&bring_site, false);
	take_next(9);
	bring(&bring_site, true);
	ck_assert_uint_eq(gate_waiting(gate()), 10);
}
END_TEST

START_TEST(a_task_without_a_signal_is_one_where_few_have_one)
{
	fill(10, false);
	bring(&bring_site, false);
	bring(&bring_site, true);
	bring(&bring_site, false);
	take_next(12);
}
END_TEST

START_TEST(a_signal_may_come_when_the_mutex_is_free)
{
	fill(10, true);
	lock(main_thread, &bring_site);
	lock(other, &bring_site);
	sync_signal_gate(main_thread, &cond);
	sync_signal_gate(other, &cond);
	take_next(11);
	/* The worker is faster than the signal. */
	lock(main_thread, &bring_site);
	take_next(10);
	sync_signal_gate(main_thread, &cond);
	ck_assert_uint_eq(gate_waiting(gate()), 11);
}
END_TEST

START_TEST(what_is_behind_nothing_needs_no_signal)
{
	fill(10, true);
	for (unsigned i = 10; i-- > 0;)
		take_next(i);
	bring(&bring_site, false);
	ck_assert_uint_eq(gate_waiting(gate()), 1);
	take_next(0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sync_refused");
	TCase *tc = tcase_create("sync_refused");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, make_threads, drop_threads);
	tcase_add_test(tc,
	    a_refusal_is_no_task_where_each_task_has_a_signal);
	tcase_add_test(tc, a_task_without_a_signal_is_one_where_few_have_one);
	tcase_add_test(tc, a_signal_may_come_when_the_mutex_is_free);
	tcase_add_test(tc, what_is_behind_nothing_needs_no_signal);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
