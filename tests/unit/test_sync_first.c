/*
 * test_sync_first - threads that begin with a task, and what their locks and
 * signals are taken for before they have ever waited.
 */
#include <stdlib.h>

#include "tests/unit/syncbed.h"

/* Its tasks bring others, and there is always one. */
START_TEST(a_worker_that_brings_before_it_has_waited_takes_tasks_too)
{
	for (unsigned i = 0; i < 2; i++) {
		lock(worker[1], &take_site);
		wait_for_task(1);
	}
	for (unsigned i = 0; i < 5; i++) {
		bring(&bring_site, true);
		lock(worker[0], &bring_site);
		sync_signal_gate(worker[0], &cond);
	}

	uint64_t lying = gate_waiting(gate());

	ck_assert_uint_ge(lying, 10);
	for (uint64_t i = 0; i < lying; i++)
		lock(worker[0], &take_site);
	ck_assert_uint_eq(gate_waiting(gate()), 0);
	ck_assert_uint_eq(gate()->tasks, lying - 1);
}
END_TEST

START_TEST(who_signals_where_workers_wait_may_have_taken_something)
{
	for (unsigned i = 0; i < 2; i++) {
		lock(worker[1], &take_site);
		wait_for_task(1);
	}
	for (unsigned i = 0; i < 5; i++) {
		lock(worker[0], &take_site);
		sync_signal_gate(worker[0], &cond);
	}
	ck_assert_uint_eq(gate()->unclear, 5);
	bring(&bring_site, true);
	ck_assert_uint_eq(gate()->unclear, 5);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sync_first");
	TCase *tc = tcase_create("sync_first");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, make_threads, drop_threads);
	tcase_add_test(tc,
	    a_worker_that_brings_before_it_has_waited_takes_tasks_too);
	tcase_add_test(tc,
	    who_signals_where_workers_wait_may_have_taken_something);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
