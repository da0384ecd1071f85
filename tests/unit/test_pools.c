/*
 * test_pools - which threads are a pool, and who of them is idle.
 */
#include "tests/unit/poolsbed.h"

#include <stdlib.h>

START_TEST(threads_that_wait_for_one_condition_are_a_pool)
{
	for (unsigned i = 0; i < 4; i++)
		wait_at(add(work), 0);
	work_at(0);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 3);
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_uint_eq(seen[0].blocked, 0);
	ck_assert_int_eq(seen[0].crew_known, EXACT);
	ck_assert_str_eq(seen[0].via, "inferred");
	ck_assert_int_eq(seen[0].queue_known, ESTIMATED);
}
END_TEST

START_TEST(a_lone_thread_is_no_pool_until_another_comes)
{
	uint64_t busy_ns;

	wait_at(add(work), 0);
	infer();
	ck_assert_uint_eq(pools, 0);
	ck_assert_uint_eq(pools_of(task[0].thread, &busy_ns), 0);
	wait_at(add(work), 0);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(pools_of(task[0].thread, &busy_ns),
	    seen[0].number);
	ck_assert_uint_eq(busy_ns, 0);
}
END_TEST

START_TEST(what_is_left_of_a_pool_is_still_that_pool)
{
	wait_at(add(work), 0);
	wait_at(add(work), 0);
	infer();

	unsigned number = seen[0].number;

	thread_cancel(task[--tasks].thread);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 1);
	ck_assert_uint_eq(seen[0].number, number);
}
END_TEST

START_TEST(workers_with_a_queue_each_are_one_pool)
{
	for (unsigned i = 0; i < 3; i++)
		wait_at(add(work), i);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 3);
	ck_assert_uint_eq(seen[0].queues, 3);
	/* So far, what they wait for may be anything. */
	ck_assert_int_eq(seen[0].crew_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	work_at(0);
	infer();
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
	ck_assert_uint_eq(seen[0].busy, 1);
}
END_TEST

/* In functions that one routine starts, and a third one that waits for them. */
START_TEST(queues_of_their_own_in_two_loops_are_not_one_pool)
{
	for (unsigned i = 0; i < 4; i++) {
		add(work);
		task[i].thread->stack_high = (uintptr_t)&stack[3950 + i / 2];
		wait_at(i, i);
	}
	infer();
	ck_assert_uint_eq(pools, 2);
	ck_assert_uint_eq(seen[0].workers, 2);
	ck_assert_uint_eq(seen[1].workers, 2);
}
END_TEST

START_TEST(two_conditions_with_two_workers_each_are_two_pools)
{
	for (unsigned i = 0; i < 4; i++)
		wait_at(add(work), i / 2);
	infer();
	ck_assert_uint_eq(pools, 2);
	ck_assert_uint_eq(seen[0].workers, 2);
	ck_assert_uint_eq(seen[1].workers, 2);
	ck_assert_uint_ne(seen[0].number, seen[1].number);
}
END_TEST

START_TEST(other_start_routines_are_other_pools)
{
	wait_at(add(work), 0);
	wait_at(add(other_work), 1);
	infer();
	ck_assert_uint_eq(pools, 0);
}
END_TEST

START_TEST(a_thread_that_began_with_a_task_belongs_to_its_kind)
{
	wait_at(add(work), 0);
	wait_at(add(work), 0);
	add(work);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 3);
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
}
END_TEST

START_TEST(a_worker_that_waits_in_a_task_as_it_does_at_home_is_blocked)
{
	struct wait_news news = {
		.kind = WAIT_COND,
		.object = (uint64_t)(uintptr_t)cond[0],
		.caller = &loop,
		.mutex = mutex[0],
	};

	wait_at(add(work), 0);
	wait_at(add(work), 0);
	work_at(0);
	sync_enter(task[0].thread, &scope[0], &news, &stack[100]);
	task[0].wait = task[1].wait;
	infer();
	ck_assert_uint_eq(seen[0].idle, 1);
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_uint_eq(seen[0].blocked, 1);
}
END_TEST

START_TEST(a_busy_worker_that_waits_for_something_is_blocked)
{
	wait_at(add(work), 0);
	wait_at(add(work), 0);
	work_at(0);
	task[0].wait = (struct wait_copy){
		.kind = WAIT_MUTEX,
		.object = 1,
		.caller = (uint64_t)(uintptr_t)&elsewhere,
	};
	infer();
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_uint_eq(seen[0].blocked, 1);
}
END_TEST

START_TEST(who_listens_in_the_loop_of_the_workers_is_one_of_them)
{
	for (unsigned i = 0; i < 3; i++) {
		wait_at(add(work), 0);
		walk_finds(i, LOOP + 0x10, 0x30000);
	}
	wait_in_call(add(work));
	walk_finds(3, LOOP + 0x80, 0x40000);
	work_at(0);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 3);
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].full_known, NOT_KNOWN);
	work_at(3);
	infer();
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 2);
}
END_TEST

/* Began with a task, in which it waits for an answer: that is its home so
 * far. */
START_TEST(who_waits_for_an_answer_in_a_task_does_not_listen)
{
	for (unsigned i = 0; i < 3; i++) {
		wait_at(add(work), 0);
		walk_finds(i, LOOP + 0x10, 0x30000);
	}
	for (unsigned i = 3; i < 5; i++) {
		wait_in_call(add(work));
		walk_finds(i, LOOP + 0x80, 0x40000);
		task[i].wait.kind = WAIT_POLL;
		task[i].wait.object = i - 2;	/* descriptors */
		atomic_store(&task[i].thread->work.kind, WAIT_POLL);
	}
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 5);
	ck_assert_uint_eq(seen[0].idle, 4);
	ck_assert_uint_eq(seen[0].blocked, 1);
}
END_TEST

START_TEST(what_one_routine_starts_need_not_be_one_pool)
{
	for (unsigned i = 0; i < 3; i++) {
		wait_at(add(work), 0);
		walk_finds(i, LOOP + 0x10, 0x30000);
	}
	wait_in_call(add(work));
	walk_finds(3, LOOP + 0x110, 0x40000);	/* another function */
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 3);
	ck_assert_int_eq(seen[0].queue_known, ESTIMATED);
}
END_TEST

START_TEST(who_listens_for_one_of_two_pools_is_of_neither)
{
	for (unsigned i = 0; i < 4; i++) {
		wait_at(add(work), i / 2);
		walk_finds(i, LOOP + 0x10, 0x30000);
	}
	wait_in_call(add(work));
	walk_finds(4, LOOP + 0x80, 0x40000);
	infer();
	ck_assert_uint_eq(pools, 2);
	ck_assert_uint_eq(seen[0].workers, 2);
	ck_assert_uint_eq(seen[1].workers, 2);
}
END_TEST

/* Its home is the condition, and it listens now. */
START_TEST(a_worker_in_epoll_is_not_in_a_task)
{
	for (unsigned i = 0; i < 3; i++)
		wait_at(add(work), 0);
	work_at(0);
	task[0].wait.kind = WAIT_EPOLL;
	infer();
	ck_assert_uint_eq(seen[0].idle, 3);
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
	ck_assert_int_eq(seen[0].longest_known, NOT_KNOWN);
}
END_TEST

/* Thread @i waits for a lock that thread @holder has. */
static void
wait_for_lock_of(unsigned i, unsigned holder)
{
	task[i].wait = (struct wait_copy){
		.kind = WAIT_MUTEX,
		.object = 1,
		.caller = (uint64_t)(uintptr_t)&elsewhere,
		.holder = (uint64_t)task[holder].tid,
	};
}

START_TEST(who_waits_for_its_turn_to_wait_is_idle)
{
	for (unsigned i = 0; i < 3; i++)
		wait_in_call(add(work));
	work_at(1);
	wait_for_lock_of(1, 0);
	work_at(2);
	wait_for_lock_of(add(work), 0);	/* and had no turn yet */
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 3);
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_uint_eq(seen[0].blocked, 0);
	ck_assert_int_eq(seen[0].crew_known, EXACT);
	ck_assert_int_eq(seen[0].lockwait_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].full_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].run.known, NOT_KNOWN);
}
END_TEST

START_TEST(whose_wait_has_let_go_of_the_lock_has_no_turn)
{
	wait_at(add(work), 0);
	wait_at(add(work), 0);
	work_at(1);
	wait_for_lock_of(1, 0);
	task[1].wait.object = (uint64_t)(uintptr_t)mutex[0];
	infer();
	ck_assert_uint_eq(seen[0].idle, 1);
	ck_assert_uint_eq(seen[0].blocked, 1);
	ck_assert_int_eq(seen[0].lockwait_known, EXACT);
}
END_TEST

START_TEST(who_waits_for_a_lock_of_a_busy_worker_is_blocked)
{
	for (unsigned i = 0; i < 3; i++)
		wait_in_call(add(work));
	work_at(0);
	work_at(1);
	wait_for_lock_of(1, 0);
	infer();
	ck_assert_uint_eq(seen[0].idle, 1);
	ck_assert_uint_eq(seen[0].blocked, 1);
	ck_assert_int_eq(seen[0].lockwait_known, EXACT);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pools");
	TCase *tc = tcase_create("pools");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, threads_that_wait_for_one_condition_are_a_pool);
	tcase_add_test(tc, a_lone_thread_is_no_pool_until_another_comes);
	tcase_add_test(tc, what_is_left_of_a_pool_is_still_that_pool);
	tcase_add_test(tc, workers_with_a_queue_each_are_one_pool);
	tcase_add_test(tc, queues_of_their_own_in_two_loops_are_not_one_pool);
	tcase_add_test(tc, two_conditions_with_two_workers_each_are_two_pools);
	tcase_add_test(tc, other_start_routines_are_other_pools);
	tcase_add_test(tc, a_thread_that_began_with_a_task_belongs_to_its_kind);
	tcase_add_test(tc,
	    a_worker_that_waits_in_a_task_as_it_does_at_home_is_blocked);
	tcase_add_test(tc, a_busy_worker_that_waits_for_something_is_blocked);
	tcase_add_test(tc,
	    who_listens_in_the_loop_of_the_workers_is_one_of_them);
	tcase_add_test(tc, who_waits_for_an_answer_in_a_task_does_not_listen);
	tcase_add_test(tc, what_one_routine_starts_need_not_be_one_pool);
	tcase_add_test(tc, who_listens_for_one_of_two_pools_is_of_neither);
	tcase_add_test(tc, a_worker_in_epoll_is_not_in_a_task);
	tcase_add_test(tc, who_waits_for_its_turn_to_wait_is_idle);
	tcase_add_test(tc, whose_wait_has_let_go_of_the_lock_has_no_turn);
	tcase_add_test(tc, who_waits_for_a_lock_of_a_busy_worker_is_blocked);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
