/*
 * test_sync_room - who waits for room in a queue has not put anything there
 * yet.
 */
#include <stdlib.h>

#include "common/base/ticks.h"
#include "tests/unit/syncbed.h"

static pthread_cond_t room = PTHREAD_COND_INITIALIZER;
static struct sync_scope waiter;

static void
wait_at(struct thread *t, const pthread_cond_t *condition)
{
	struct wait_news news = {
		.kind = WAIT_COND,
		.object = (uint64_t)(uintptr_t)condition,
		.caller = &bring_site,
		.mutex = &mutex,
	};

	sync_enter(t, &waiter, &news, &stack[950]);
}

/* All workers have a task, and one more lies in the queue. */
static void
fill(void)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		lock(worker[i], &take_site);
		wait_for_task(i);
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		bring(&bring_site, true);
		end_wait(i);
	}
	bring(&bring_site, true);
	ck_assert_uint_eq(gate_waiting(gate()), 1);
}

/* Worker 0 takes the one that lies there. */
static void
take_one(void)
{
	lock(worker[0], &take_site);
	ck_assert_uint_eq(gate_waiting(gate()), 0);
}

static void
wait_for_room(struct thread *t, const pthread_cond_t *condition)
{
	uint64_t before;

	fill();
	lock(t, &bring_site);
	ck_assert_uint_eq(gate_waiting(gate()), 2);
	wait_at(t, condition);
	ck_assert_uint_eq(gate_waiting(gate()), 1);
	take_one();
	before = ticks_now() | 1;
	while (ticks_now() < before + 2)
		;
	sync_leave(t, &waiter);
	ck_assert_uint_eq(gate_waiting(gate()), 1);
	ck_assert_uint_ge(gate_oldest(gate()), before);
	sync_signal_gate(t, &cond);
	ck_assert_uint_eq(gate_waiting(gate()), 1);
}

START_TEST(what_waits_for_room_comes_when_there_is_some)
{
	wait_for_room(main_thread, &room);
}
END_TEST

START_TEST(so_it_is_where_the_first_thread_waits_with_the_workers)
{
	wait_for_room(main_thread, &cond);
}
END_TEST

START_TEST(so_it_is_for_a_thread_with_a_home_of_its_own)
{
	wait_for_room(other, &room);
}
END_TEST

START_TEST(who_waits_once_more_has_still_put_nothing_there)
{
	fill();
	lock(main_thread, &bring_site);
	for (unsigned i = 0; i < 3; i++) {
		wait_at(main_thread, &room);
		ck_assert_uint_eq(gate_waiting(gate()), 1);
		sync_leave(main_thread, &waiter);
		ck_assert_uint_eq(gate_waiting(gate()), 2);
	}
}
END_TEST

START_TEST(who_has_brought_nothing_holds_nothing_back)
{
	fill();
	wait_at(main_thread, &room);
	sync_leave(main_thread, &waiter);
	ck_assert_uint_eq(gate_waiting(gate()), 1);
	/* It is another mutex's gate that it brought something to. */
	lock(main_thread, &bring_site);
	sync_enter(main_thread, &waiter, &(struct wait_news){
	    .kind = WAIT_COND, .object = (uint64_t)(uintptr_t)&room,
	    .mutex = &room }, &stack[950]);
	ck_assert_uint_eq(gate_waiting(gate()), 2);
	sync_leave(main_thread, &waiter);
	ck_assert_uint_eq(gate_waiting(gate()), 2);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sync_room");
	TCase *tc = tcase_create("sync_room");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, make_threads, drop_threads);
	tcase_add_test(tc, what_waits_for_room_comes_when_there_is_some);
	tcase_add_test(tc,
	    so_it_is_where_the_first_thread_waits_with_the_workers);
	tcase_add_test(tc, so_it_is_for_a_thread_with_a_home_of_its_own);
	tcase_add_test(tc, who_waits_once_more_has_still_put_nothing_there);
	tcase_add_test(tc, who_has_brought_nothing_holds_nothing_back);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
