/*
 * test_gate - gates are found by what they are of, and count what comes.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shim/sched/gate.h"
#include "shim/sched/wait.h"

enum { THREADS = 4, ROUNDS = 20000, START = 0x4000 };

static bool used[GATES + 1];
static _Atomic int stop;

static void
forget(void)
{
	gate_after_fork_child();
	memset(used, 0, sizeof(used));
}

START_TEST(a_gate_is_found_by_all_its_addresses_and_no_other)
{
	uint32_t n = gate_make(0x1000, WAIT_COND, START);

	ck_assert_uint_ne(n, 0);
	gate_alias(n, 0x2000);
	ck_assert(gate_maybe(0x1000) && gate_maybe(0x2000));
	ck_assert_uint_eq(gate_find(0x1000), n);
	ck_assert_uint_eq(gate_find(0x2000), n);
	ck_assert_uint_eq(gate_find(0x3000), 0);
	ck_assert_uint_eq(gate_make(0x1000, WAIT_COND, START), n);
}
END_TEST

START_TEST(what_waited_first_is_taken_first)
{
	struct gate *g = gate_at(gate_make(0x1000, WAIT_COND, START));

	gate_push(g, 100);
	gate_push(g, 130);
	ck_assert_uint_eq(gate_waiting(g), 2);
	ck_assert_uint_eq(gate_oldest(g), 100);
	ck_assert_uint_eq(gate_pop(g, 150), 50);
	ck_assert_uint_eq(gate_pop(g, 150), 20);
	ck_assert_uint_eq(gate_waiting(g), 0);
	ck_assert_uint_eq(gate_oldest(g), 0);
}
END_TEST

START_TEST(what_is_in_doubt_is_no_task_until_it_is_confirmed)
{
	struct gate *g = gate_at(gate_make(0x1000, WAIT_COND, START));
	uint64_t sure;

	gate_push_doubtful(g, 90);
	ck_assert_uint_eq(gate_waiting(g), 0);
	sure = gate_push_doubtful(g, 100);
	gate_push(g, 130);
	gate_confirm(g, sure);
	ck_assert_uint_eq(gate_waiting(g), 2);
	ck_assert_uint_eq(gate_oldest(g), 100);
	ck_assert_uint_eq(gate_pop(g, 150), 50);
	ck_assert_uint_eq(gate_pop(g, 150), 20);
	ck_assert_uint_eq(gate_waiting(g), 0);
	gate_push_doubtful(g, 200);
	ck_assert_uint_eq(gate_empty(g), 0);
	gate_push(g, 300);
	ck_assert_uint_eq(gate_waiting(g), 1);
}
END_TEST

START_TEST(only_what_came_last_can_be_taken_back)
{
	struct gate *g = gate_at(gate_make(0x1000, WAIT_COND, START));
	uint64_t first = gate_push(g, 100), second;

	second = gate_push_doubtful(g, 130);
	ck_assert(!gate_take_back(g, first));
	ck_assert(gate_take_back(g, second));
	ck_assert(!gate_take_back(g, second));
	ck_assert_uint_eq(gate_waiting(g), 1);
	ck_assert_uint_eq(gate_push(g, 140), second);
	ck_assert_uint_eq(gate_pop(g, 150), 50);
	ck_assert_uint_eq(gate_pop(g, 150), 10);
	ck_assert(!gate_take_back(g, second));
	ck_assert_uint_eq(gate_waiting(g), 0);
}
END_TEST

START_TEST(a_queue_longer_than_the_ring_is_counted_and_not_timed)
{
	struct gate *g = gate_at(gate_make(0x1000, WAIT_COND, START));

	for (unsigned i = 0; i < GATE_RING + 10; i++)
		gate_push(g, 2 * (500 + i));
	ck_assert_uint_eq(gate_waiting(g), GATE_RING + 10);
	for (unsigned i = 0; i < GATE_RING; i++)
		ck_assert_uint_eq(gate_pop(g, 5000), 4000 - 2 * i);
	for (unsigned i = 0; i < 10; i++)
		ck_assert_uint_eq(gate_pop(g, 5000), 0);
	gate_push(g, 6000);
	ck_assert_uint_eq(gate_pop(g, 6002), 2);
}
END_TEST

START_TEST(emptying_tells_how_much_was_thought_to_be_there)
{
	struct gate *g = gate_at(gate_make(0x1000, WAIT_COND, START));

	gate_push(g, 10);
	gate_push(g, 20);
	ck_assert_uint_eq(gate_empty(g), 2);
	ck_assert_uint_eq(gate_empty(g), 0);
	gate_push(g, 30);
	ck_assert_uint_eq(gate_pop(g, 35), 5);
}
END_TEST

START_TEST(the_time_with_nobody_idle_is_counted)
{
	struct gate *g = gate_at(gate_make(0x1000, WAIT_COND, START));

	gate_idle_more(g, 100);
	gate_idle_more(g, 110);
	gate_idle_less(g, 120);
	gate_idle_less(g, 130);
	ck_assert_uint_eq(atomic_load(&g->full_since), 130);
	gate_idle_more(g, 170);
	ck_assert_uint_eq(atomic_load(&g->full_ticks), 40);
	ck_assert_uint_eq(atomic_load(&g->full_since), 0);
}
END_TEST

START_TEST(a_gate_that_nobody_calls_home_goes_and_another_stays)
{
	uint32_t gone = gate_make(0x1000, WAIT_COND, START);
	uint32_t kept = gate_make(0x2000, WAIT_COND, START);

	used[kept] = true;
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(gate_find(0x1000), gone);
		gate_sweep(used);
	}
	ck_assert_uint_eq(gate_find(0x1000), 0);
	ck_assert(!gate_maybe(0x1000) && gate_maybe(0x2000));
	ck_assert(!gate_is_open(gate_at(gone)));
	ck_assert_uint_eq(gate_find(0x2000), kept);
}
END_TEST

START_TEST(there_is_room_again_after_gates_went)
{
	for (uint64_t i = 1; i <= GATES; i++)
		ck_assert_uint_ne(gate_make(i * 0x1000, WAIT_SEM, START), 0);
	ck_assert_uint_eq(gate_make(0x7777000, WAIT_SEM, START), 0);
	for (unsigned i = 0; i < 6; i++)
		gate_sweep(used);
	ck_assert_uint_ne(gate_make(0x7777000, WAIT_SEM, START), 0);
}
END_TEST

static void *
come_and_go(void *arg)
{
	uint64_t n = (uint64_t)(uintptr_t)arg;

	for (uint64_t i = 0; i < ROUNDS; i++) {
		uint32_t one = gate_make((1 + i % 8) * 0x1000, WAIT_SEM,
		    START);
		struct gate *g = gate_at(one);

		gate_push(g, 1 + i + n);
		gate_idle_more(g, i);
		gate_pop_shared(g, 2 + i + n);
		gate_idle_less(g, i);
	}
	return NULL;
}

static void *
look(void *arg)
{
	while (atomic_load(&stop) == 0) {
		for (uint64_t i = 1; i <= 8; i++) {
			uint32_t n = gate_find(i * 0x1000);

			if (n != 0)
				gate_oldest(gate_at(n));
		}
		memset(used, 1, sizeof(used));
		gate_sweep(used);
	}
	return arg;
}

START_TEST(threads_agree_on_gates_and_lose_no_count)
{
	pthread_t th[THREADS], reader;
	uint64_t queued = 0;

	pthread_create(&reader, NULL, look, NULL);
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&th[i], NULL, come_and_go, (void *)i);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(th[i], NULL);
	atomic_store(&stop, 1);
	pthread_join(reader, NULL);
	for (uint64_t i = 1; i <= 8; i++) {
		struct gate *g = gate_at(gate_find(i * 0x1000));

		ck_assert_uint_eq(gate_waiting(g), 0);
		ck_assert_uint_eq(atomic_load(&g->idle), 0);
		queued += atomic_load(&g->queued);
	}
	/* Two that made one at a time may each have written to their own for
	 * a moment. */
	ck_assert_uint_le(queued, THREADS * ROUNDS);
	ck_assert_uint_ge(queued, THREADS * ROUNDS - 8 * THREADS);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gate");
	TCase *tc = tcase_create("gate");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(tc, forget, forget);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc,
	    a_gate_is_found_by_all_its_addresses_and_no_other);
	tcase_add_test(tc, what_waited_first_is_taken_first);
	tcase_add_test(tc, only_what_came_last_can_be_taken_back);
	tcase_add_test(tc,
	    what_is_in_doubt_is_no_task_until_it_is_confirmed);
	tcase_add_test(tc,
	    a_queue_longer_than_the_ring_is_counted_and_not_timed);
	tcase_add_test(tc, emptying_tells_how_much_was_thought_to_be_there);
	tcase_add_test(tc, the_time_with_nobody_idle_is_counted);
	tcase_add_test(tc,
	    a_gate_that_nobody_calls_home_goes_and_another_stays);
	tcase_add_test(tc, there_is_room_again_after_gates_went);
	tcase_add_test(tc, threads_agree_on_gates_and_lose_no_count);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
