/*
 * test_pools_sleep - workers that announce no wait.
 */
#include "tests/unit/poolsbed.h"

#include <stdlib.h>

/* The kernel says that thread @i sleeps in a call that announces nothing. */
static void
sleep_at(unsigned i, uint64_t sp)
{
	task[i].blocked = (struct procfs_blocked){
		.nr = 0, .sp = sp, .pc = 0x1000,
	};
}

START_TEST(threads_that_sleep_unannounced_at_one_place_are_a_pool)
{
	for (unsigned i = 0; i < 4; i++)
		sleep_at(add(work), 0x7000);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 4);
	ck_assert_int_eq(seen[0].crew_known, NOT_KNOWN);
	sleep_at(0, 0x6000);	/* deeper: in a task */
	sleep_at(1, 0);		/* not asleep */
	infer();
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 2);
	ck_assert_uint_eq(seen[0].busy, 2);
	ck_assert_int_eq(seen[0].rate_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].full_known, NOT_KNOWN);
	sleep_at(0, 0x7000);	/* and back */
	infer();
	ck_assert_uint_eq(seen[0].idle, 3);
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
}
END_TEST

START_TEST(a_run_before_the_sleep_is_no_return)
{
	for (unsigned i = 0; i < 2; i++)
		sleep_at(add(work), 0x7000);
	infer();
	task[0].ran_ns = 1000;	/* read before it slept */
	infer();
	ck_assert_int_eq(seen[0].crew_known, NOT_KNOWN);
	task[0].ran_ns = 0;
	infer();
	ck_assert_int_eq(seen[0].crew_known, NOT_KNOWN);
	sleep_at(1, 0x6000);
	infer();
	sleep_at(1, 0x7000);
	infer();
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
}
END_TEST

/* All that is seen of a worker that always finds a task is where it sleeps in
 * the middle of one. */
START_TEST(who_was_seen_to_sleep_at_one_place_may_have_its_home_elsewhere)
{
	for (unsigned i = 0; i < 2; i++)
		sleep_at(add(work), 0x6000);
	for (unsigned i = 0; i < 6; i++) {
		task[0].ran_ns = i % 2 * 1000;
		infer();
		ck_assert_uint_eq(seen[0].workers, 2);
		ck_assert_int_eq(seen[0].crew_known, NOT_KNOWN);
	}
	for (unsigned i = 0; i < 6; i++) {
		sleep_at(0, i % 2 == 0 ? 0x7000 : 0x6000);
		sleep_at(1, 0x7000);
		infer();
		ck_assert_uint_eq(pools, 1);
		ck_assert_uint_eq(seen[0].workers, 2);
	}
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
	ck_assert_uint_eq(seen[0].idle, 1);
}
END_TEST

/* Thread @i sleeps in the loop itself, or in what that calls. */
static void
sleep_in(unsigned i, bool inside)
{
	uint64_t sp = (uint64_t)(uintptr_t)&stack[inside ? 1000 : 2000];

	walk_finds(i, LOOP + 16 + inside, inside ? LOOP + 512 : 1);
	placed[i].sleeper = inside ? LOOP + 512 : LOOP + 16;
	task[i].blocked = (struct procfs_blocked){
		.nr = 0, .sp = sp, .pc = 0x1000,
	};
	task[i].state = 'S';
}

START_TEST(who_was_seen_in_tasks_alone_is_a_worker_of_the_same_loop)
{
	for (unsigned i = 0; i < 4; i++)
		sleep_in(add(work), i >= 2);
	for (unsigned i = 0; i < 3; i++)
		infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 2);
}
END_TEST

START_TEST(two_sleeps_in_one_function_leave_open_which_is_for_work)
{
	for (unsigned i = 0; i < 2; i++)
		sleep_in(add(work), false);
	infer();
	for (unsigned i = 0; i < 6; i++) {
		sleep_in(0, i % 2 == 0);
		infer();
	}
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
	placed[0].sleeper = LOOP + 32;
	task[0].blocked.sp -= 8;
	infer();
	ck_assert_uint_eq(seen[0].workers, 2);
	ck_assert_int_eq(seen[0].crew_known, NOT_KNOWN);
}
END_TEST

START_TEST(who_sleeps_nearer_to_the_start_than_it_waits_is_idle_there)
{
	for (unsigned i = 0; i < 3; i++)
		wait_at(add(work), 0);
	for (unsigned i = 0; i < 3; i++) {
		work_at(i);
		sleep_at(i, (uint64_t)(uintptr_t)&stack[0] + 10000);
	}
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 3);
	ck_assert_uint_eq(seen[0].idle, 3);
	for (unsigned i = 0; i < 3; i++) {
		wait_at(i, 0);
		sleep_at(i, 0);
	}
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].idle, 0);
	ck_assert_uint_eq(seen[0].blocked, 3);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pools_sleep");
	TCase *tc = tcase_create("pools_sleep");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc,
	    threads_that_sleep_unannounced_at_one_place_are_a_pool);
	tcase_add_test(tc, a_run_before_the_sleep_is_no_return);
	tcase_add_test(tc,
	    who_was_seen_to_sleep_at_one_place_may_have_its_home_elsewhere);
	tcase_add_test(tc,
	    who_was_seen_in_tasks_alone_is_a_worker_of_the_same_loop);
	tcase_add_test(tc,
	    two_sleeps_in_one_function_leave_open_which_is_for_work);
	tcase_add_test(tc,
	    who_sleeps_nearer_to_the_start_than_it_waits_is_idle_there);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
