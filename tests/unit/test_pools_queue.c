/*
 * test_pools_queue - what is said of the queue of a pool, and of its tasks.
 */
#include "tests/unit/poolsbed.h"

#include <stdlib.h>

/* Two busy workers, and three tasks that wait. */
static void
make_busy(void)
{
	struct thread *feeder = task[add(other_work)].thread;

	wait_at(add(work), 0);
	wait_at(add(work), 0);
	for (unsigned i = 0; i < 5; i++) {
		sync_locked_gate(feeder, mutex[0], &elsewhere);
		sync_signal_gate(feeder, cond[0]);
	}
	work_at(1);
	work_at(2);
}

/* Busy workers come back and take two, and two are queued in their place. */
static void
prove(void)
{
	struct thread *feeder = task[0].thread;

	for (unsigned i = 1; i <= 2; i++) {
		sync_locked_gate(task[i].thread, mutex[0], &loop);
		sync_locked_gate(feeder, mutex[0], &elsewhere);
		sync_signal_gate(feeder, cond[0]);
	}
}

START_TEST(a_mutex_may_guard_no_queue_until_busy_workers_took_tasks)
{
	make_busy();
	infer();
	ck_assert_uint_eq(seen[0].busy, 2);
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].oldest_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].wait.known, NOT_KNOWN);
	sync_locked_gate(task[1].thread, mutex[0], &loop);
	infer();
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	sync_locked_gate(task[2].thread, mutex[0], &loop);
	infer();
	ck_assert_int_eq(seen[0].queue_known, ESTIMATED);
	ck_assert_uint_eq(seen[0].waiting, 1);
}
END_TEST

/* As behind a std::condition_variable_any: workers lock it only to wait. */
START_TEST(what_is_put_down_again_was_not_taken)
{
	make_busy();
	for (unsigned i = 1; i <= 2; i++) {
		sync_locked_gate(task[i].thread, mutex[0], &loop);
		wait_at(i, 0);
	}
	infer();
	make_busy();
	infer();
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
}
END_TEST

START_TEST(the_queue_and_who_waits_longest_are_estimated)
{
	make_busy();
	prove();
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_int_eq(seen[0].queue_known, ESTIMATED);
	ck_assert_uint_eq(seen[0].waiting, 3);
	ck_assert_int_eq(seen[0].oldest_known, ESTIMATED);
	ck_assert_uint_gt(seen[0].oldest_ns, 0);
	ck_assert_uint_ne(seen[0].full_since_ns, 0);
}
END_TEST

START_TEST(what_busy_workers_take_is_told_once_one_was_seen_to_come_back)
{
	make_busy();
	infer();
	ck_assert_uint_eq(seen[0].busy, 2);
	ck_assert_int_eq(seen[0].rate_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].longest_known, NOT_KNOWN);
	prove();
	infer();
	ck_assert_uint_eq(seen[0].waiting, 3);
	ck_assert_int_eq(seen[0].rate_known, ESTIMATED);
	ck_assert_int_eq(seen[0].longest_known, ESTIMATED);
}
END_TEST

START_TEST(a_queue_of_its_own_is_not_known_of_who_was_never_home)
{
	wait_at(add(work), 0);
	wait_at(add(work), 1);
	work_at(0);
	wait_at(0, 0);
	infer();
	ck_assert_uint_eq(seen[0].workers, 2);
	ck_assert_int_eq(seen[0].queue_known, ESTIMATED);
	add(work);
	infer();
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 3);
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].oldest_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].full_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].rate_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].longest_known, NOT_KNOWN);
}
END_TEST

START_TEST(a_queue_that_was_emptied_unseen_is_not_estimated_again)
{
	make_busy();
	for (unsigned i = 0; i < 4; i++) {
		sync_locked_gate(task[0].thread, mutex[0], &elsewhere);
		sync_signal_gate(task[0].thread, cond[0]);
	}
	wait_at(1, 0);	/* although seven wait */
	infer();
	work_at(1);
	sync_locked_gate(task[0].thread, mutex[0], &elsewhere);
	infer();
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].wait.known, NOT_KNOWN);
}
END_TEST

START_TEST(tasks_that_came_unseen_are_tasks_all_the_same)
{
	struct thread *t;

	wait_at(add(work), 0);
	wait_at(add(work), 0);
	t = task[0].thread;
	work_at(0);
	for (unsigned i = 0; i < 10; i++) {
		uint64_t then = ticks_now();

		while (ticks_to_ns(ticks_now() - then) < 100000)
			;
		sync_locked_gate(t, mutex[0], &loop);
	}
	infer();
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].wait.known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].run.known, ESTIMATED);
	ck_assert_int_eq(seen[0].rate_known, ESTIMATED);
	ck_assert_uint_eq(seen[0].done, 10);
}
END_TEST

/* Those who are busy come back, find nothing, and wait. */
static void
come_home(void)
{
	for (unsigned i = 1; i <= 2; i++) {
		sync_locked_gate(task[i].thread, mutex[0], &loop);
		wait_at(i, 0);
	}
}

static void
put(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		sync_locked_gate(task[0].thread, mutex[0], &elsewhere);
		sync_signal_gate(task[0].thread, cond[0]);
	}
}

/* What workers took all at once still seems to wait; that they did is seen when
 * they go idle. */
START_TEST(who_takes_all_there_is_leaves_no_queue_to_count)
{
	make_busy();
	come_home();
	put(5);
	work_at(1);
	work_at(2);
	come_home();
	put(5);
	work_at(1);
	work_at(2);
	for (unsigned i = 0; i < 20; i++) {
		prove();
		put(2);
		infer();
	}
	ck_assert_uint_eq(seen[0].busy, 2);
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].wait.known, NOT_KNOWN);
}
END_TEST

START_TEST(what_does_not_fit_is_not_estimated)
{
	wait_at(add(work), 0);
	wait_at(add(work), 0);
	work_at(0);
	for (unsigned i = 0; i < 10; i++)
		sync_locked_gate(task[0].thread, mutex[0], &loop);
	infer();
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].wait.known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].run.known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].rate_known, NOT_KNOWN);
	ck_assert_uint_eq(seen[0].workers, 2);
	ck_assert_uint_eq(seen[0].busy, 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pools_queue");
	TCase *tc = tcase_create("pools_queue");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc,
	    a_mutex_may_guard_no_queue_until_busy_workers_took_tasks);
	tcase_add_test(tc, what_is_put_down_again_was_not_taken);
	tcase_add_test(tc, the_queue_and_who_waits_longest_are_estimated);
	tcase_add_test(tc,
	    what_busy_workers_take_is_told_once_one_was_seen_to_come_back);
	tcase_add_test(tc,
	    a_queue_of_its_own_is_not_known_of_who_was_never_home);
	tcase_add_test(tc,
	    a_queue_that_was_emptied_unseen_is_not_estimated_again);
	tcase_add_test(tc, tasks_that_came_unseen_are_tasks_all_the_same);
	tcase_add_test(tc, who_takes_all_there_is_leaves_no_queue_to_count);
	tcase_add_test(tc, what_does_not_fit_is_not_estimated);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
