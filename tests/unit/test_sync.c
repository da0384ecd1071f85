/*
 * test_sync - what locks, waits and signals are taken for.
 *
 * The threads are records that play parts; the last test has real ones.
 */
#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "shim/sched/pool.h"
#include "tests/unit/syncbed.h"

enum { TASKS = 3000 };

static sem_t sem;
static char done_site, ask_site, wrapper_site;

static void
all_wait(const char *site)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		lock(worker[i], site);
		wait_for_task(i);
	}
}

START_TEST(a_wait_for_a_condition_makes_its_mutex_a_gate)
{
	wait_for_task(0);
	ck_assert_uint_eq(atomic_load(&gate()->idle), 1);
	ck_assert_uint_eq(gate_find((uint64_t)(uintptr_t)&cond),
	    atomic_load(&worker[0]->work.gate));
}
END_TEST

START_TEST(the_first_thread_of_a_process_makes_no_gate)
{
	struct sync_scope s;

	sync_enter(main_thread, &s, &(struct wait_news){
	    .kind = WAIT_COND, .object = 8, .mutex = &mutex }, &stack[0]);
	sync_leave(main_thread, &s);
	ck_assert_uint_eq(gate_find((uint64_t)(uintptr_t)&mutex), 0);
}
END_TEST

START_TEST(a_worker_of_a_told_pool_makes_no_gate)
{
	struct pool *p = pool_make(&(struct pool_traits){
	    .name = "told", .via = "api" });
	struct sync_scope s;

	ck_assert_ptr_nonnull(p);
	pool_worker_begin(p, 0);
	atomic_store(&main_thread->start_routine, (uintptr_t)work);
	sync_enter(main_thread, &s, &(struct wait_news){
	    .kind = WAIT_COND, .object = 8, .mutex = &mutex }, &stack[0]);
	sync_leave(main_thread, &s);
	ck_assert_uint_eq(gate_find((uint64_t)(uintptr_t)&mutex), 0);
	pool_worker_end(p);
	sync_enter(main_thread, &s, &(struct wait_news){
	    .kind = WAIT_COND, .object = 8, .mutex = &mutex }, &stack[0]);
	sync_leave(main_thread, &s);
	ck_assert_uint_ne(gate_find((uint64_t)(uintptr_t)&mutex), 0);
	atomic_store(&main_thread->start_routine, 0);
}
END_TEST

START_TEST(a_time_that_is_up_is_no_task)
{
	all_wait(&take_site);
	for (unsigned i = 0; i < 20; i++) {
		scope[0].events = 0;
		end_wait(0);
		lock(worker[0], &take_site);
		wait_for_task(0);
	}
	ck_assert_uint_eq(atomic_load(&gate()->tasks), 0);
	ck_assert_uint_eq(atomic_load(&gate()->surprises), 0);
	ck_assert_uint_eq(atomic_load(&worker[0]->work.visits), 0);
	bring(&bring_site, true);
	scope[0].events = 0; /* and the task was there all the same */
	end_wait(0);
	lock(worker[0], &take_site);
	ck_assert_uint_eq(atomic_load(&gate()->tasks), 1);
}
END_TEST

START_TEST(a_task_may_lock_the_mutex_too)
{
	all_wait(&take_site);
	for (unsigned i = 0; i < 20; i++) {
		bring(&bring_site, true);
		end_wait(0);
		lock(worker[0], &done_site);
		lock(worker[0], &take_site);
		wait_for_task(0);
	}

	uint64_t tasks = atomic_load(&gate()->tasks);

	bring(&bring_site, true);
	end_wait(0);
	lock(worker[0], &done_site);
	ck_assert_uint_eq(atomic_load(&gate()->tasks), tasks);
	lock(worker[0], &take_site);
	ck_assert_uint_eq(atomic_load(&gate()->tasks), tasks + 1);
}
END_TEST

START_TEST(locks_of_others_bring_and_workers_take)
{
	all_wait(&take_site);
	for (unsigned i = 0; i < 5; i++)
		bring(&bring_site, true);
	ck_assert_uint_eq(gate_waiting(gate()), 5);
	for (unsigned i = 0; i < WORKERS; i++)
		end_wait(i);
	ck_assert_uint_eq(gate_waiting(gate()), 2);
	ck_assert_uint_eq(atomic_load(&gate()->idle), 0);
	lock(worker[0], &take_site);
	lock(worker[1], &take_site);
	ck_assert_uint_eq(gate_waiting(gate()), 0);
	for (unsigned i = 0; i < WORKERS; i++) {
		lock(worker[i], &take_site);
		wait_for_task(i);
	}
	ck_assert_uint_eq(atomic_load(&gate()->tasks), 5);
	ck_assert_uint_eq(atomic_load(&gate()->surprises), 0);
	ck_assert_uint_eq(atomic_load(&gate()->left_lying), 0);
	ck_assert_uint_eq(gate()->wait.count, 5);
	ck_assert_uint_eq(gate()->run.count, 5);
}
END_TEST

START_TEST(tasks_count_that_come_without_a_signal_while_all_are_busy)
{
	all_wait(&wrapper_site);
	for (unsigned i = 0; i < WORKERS; i++) {
		bring(&wrapper_site, true);
		end_wait(i);
	}
	for (unsigned i = 0; i < 4; i++)
		bring(&wrapper_site, false);
	ck_assert_uint_eq(gate_waiting(gate()), 4);
	for (unsigned i = 0; i < 4; i++)
		lock(worker[0], &wrapper_site);
	lock(worker[0], &wrapper_site);
	wait_for_task(0);
	ck_assert_uint_eq(gate_waiting(gate()), 0);
	ck_assert_uint_eq(atomic_load(&gate()->tasks), 5);
	ck_assert_uint_eq(atomic_load(&gate()->surprises), 0);
}
END_TEST

START_TEST(who_only_asks_brings_nothing)
{
	all_wait(&take_site);
	for (unsigned i = 0; i < 20; i++)
		lock(other, &ask_site);
	ck_assert_uint_eq(gate_waiting(gate()), 0);
	bring(&bring_site, true);
	end_wait(0);
	lock(worker[0], &take_site);
	wait_for_task(0);
	for (unsigned i = 0; i < 20; i++)
		lock(other, &ask_site);
	ck_assert_uint_eq(gate_waiting(gate()), 0);
}
END_TEST

START_TEST(a_worker_that_says_it_is_done_takes_nothing)
{
	all_wait(&take_site);
	for (unsigned i = 0; i < 20; i++) {
		bring(&bring_site, true);
		end_wait(0);
		lock(worker[0], &done_site);
		lock(worker[0], &take_site);
		wait_for_task(0);
	}

	uint64_t tasks = atomic_load(&gate()->tasks);
	uint64_t surprises = atomic_load(&gate()->surprises);

	for (unsigned i = 0; i < 20; i++) {
		bring(&bring_site, true);
		end_wait(0);
		lock(worker[0], &done_site);
		lock(worker[0], &take_site);
		wait_for_task(0);
	}
	ck_assert_uint_eq(atomic_load(&gate()->tasks), tasks + 20);
	ck_assert_uint_eq(atomic_load(&gate()->surprises), surprises);
}
END_TEST

START_TEST(two_locks_a_task_at_one_place_are_seen_not_to_fit)
{
	all_wait(&wrapper_site);
	for (unsigned i = 0; i < 20; i++) {
		bring(&wrapper_site, true);
		end_wait(0);
		lock(worker[0], &wrapper_site);
		lock(worker[0], &wrapper_site);
		wait_for_task(0);
	}
	ck_assert_uint_ge(atomic_load(&gate()->surprises) * 4,
	    atomic_load(&gate()->tasks));
}
END_TEST

START_TEST(a_worker_that_waits_says_that_the_queue_is_empty)
{
	all_wait(&take_site);
	for (unsigned i = 0; i < WORKERS; i++)
		end_wait(i);
	bring(&bring_site, false);
	bring(&bring_site, false);
	wait_for_task(0);
	ck_assert_uint_eq(gate_waiting(gate()), 0);
	ck_assert_uint_eq(atomic_load(&gate()->left_lying), 2);
}
END_TEST

START_TEST(a_signal_is_answered_by_who_waited_for_it)
{
	wait_for_task(0);
	bring(&bring_site, true);
	end_wait(0);
	ck_assert_uint_eq(gate()->wakeup.count, 1);
	bring(&bring_site, true); /* nobody waits */
	wait_for_task(0);
	end_wait(0);
	ck_assert_uint_eq(gate()->wakeup.count, 1);
}
END_TEST

START_TEST(posts_are_matched_with_waits_in_order)
{
	sem_init(&sem, 0, 0);
	enter(0, WAIT_SEM, &sem, &stack[900]);

	struct gate *g = gate_at(atomic_load(&worker[0]->work.gate));

	sync_post_gate(&sem);
	sync_post_gate(&sem);
	ck_assert_uint_eq(gate_waiting(g), 2);
	end_wait(0);
	sync_got(worker[0], &scope[0]);
	ck_assert_uint_eq(gate_waiting(g), 1);
	enter(0, WAIT_SEM, &sem, &stack[900]);
	end_wait(0); /* interrupted: nothing was got */
	ck_assert_uint_eq(gate_waiting(g), 1);
	ck_assert_uint_eq(g->wait.count, 1);
	ck_assert_uint_eq(g->run.count, 1);
}
END_TEST

START_TEST(a_worker_that_has_never_waited_takes_tasks_too)
{
	lock(worker[1], &take_site);
	wait_for_task(1);
	lock(worker[0], &take_site); /* takes a task, or will wait */
	for (unsigned i = 0; i < 5; i++)
		bring(&bring_site, true);
	for (unsigned i = 0; i < 5; i++)
		lock(worker[0], &take_site);
	ck_assert_uint_eq(gate_waiting(gate()), 0);
}
END_TEST

START_TEST(a_thread_like_a_worker_that_signals_brings_tasks)
{
	wait_for_task(1);
	for (unsigned i = 0; i < 5; i++) {
		lock(worker[0], &bring_site);
		sync_signal_gate(worker[0], &cond);
	}
	ck_assert_uint_eq(gate_waiting(gate()), 5);
}
END_TEST

/* A true pool. */
static unsigned queued, left;

static void *
serve(void *arg)
{
	struct thread *t = thread_self();
	struct wait_news news = {
		.kind = WAIT_COND,
		.object = (uint64_t)(uintptr_t)&cond,
		.caller = &take_site,
		.mutex = &mutex,
	};
	struct sync_scope s;

	atomic_store(&t->start_routine, (uint64_t)(uintptr_t)serve);
	for (;;) {
		pthread_mutex_lock(&mutex);
		sync_locked(&mutex, &take_site);
		while (queued == 0 && left != 0) {
			sync_enter(t, &s, &news, &s);
			pthread_cond_wait(&cond, &mutex);
			sync_leave(t, &s);
		}
		if (left == 0)
			break;
		queued--;
		left--;
		pthread_mutex_unlock(&mutex);
	}
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	return arg;
}

static bool
read_gate(void)
{
	uint32_t n = gate_find((uint64_t)(uintptr_t)&mutex);

	if (n == 0)
		return false;
	gate_waiting(gate_at(n));
	gate_oldest(gate_at(n));
	return atomic_load(&gate_at(n)->idle) != 0;
}

START_TEST(a_true_pool_is_counted_while_it_is_read)
{
	pthread_t th[WORKERS];

	left = TASKS;
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_create(&th[i], NULL, serve, NULL);
	while (!read_gate())
		;
	for (unsigned i = 0; i < TASKS; i++) {
		pthread_mutex_lock(&mutex);
		sync_locked(&mutex, &bring_site);
		queued++;
		sync_signal(&cond);
		pthread_cond_signal(&cond);
		pthread_mutex_unlock(&mutex);
		read_gate();
	}
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_join(th[i], NULL);

	uint64_t bad = atomic_load(&gate()->surprises) +
	    atomic_load(&gate()->left_lying);

	ck_assert_uint_le(bad, TASKS / 100);
	ck_assert_uint_ge(atomic_load(&gate()->tasks), TASKS - 2 * WORKERS);
	ck_assert_uint_le(atomic_load(&gate()->tasks), TASKS);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sync");
	TCase *tc = tcase_create("sync");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(tc, make_threads, drop_threads);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_wait_for_a_condition_makes_its_mutex_a_gate);
	tcase_add_test(tc, the_first_thread_of_a_process_makes_no_gate);
	tcase_add_test(tc, a_worker_of_a_told_pool_makes_no_gate);
	tcase_add_test(tc, a_time_that_is_up_is_no_task);
	tcase_add_test(tc, a_task_may_lock_the_mutex_too);
	tcase_add_test(tc, locks_of_others_bring_and_workers_take);
	tcase_add_test(tc,
	    tasks_count_that_come_without_a_signal_while_all_are_busy);
	tcase_add_test(tc, who_only_asks_brings_nothing);
	tcase_add_test(tc, a_worker_that_says_it_is_done_takes_nothing);
	tcase_add_test(tc,
	    two_locks_a_task_at_one_place_are_seen_not_to_fit);
	tcase_add_test(tc, a_worker_that_waits_says_that_the_queue_is_empty);
	tcase_add_test(tc, a_signal_is_answered_by_who_waited_for_it);
	tcase_add_test(tc, posts_are_matched_with_waits_in_order);
	tcase_add_test(tc, a_worker_that_has_never_waited_takes_tasks_too);
	tcase_add_test(tc, a_thread_like_a_worker_that_signals_brings_tasks);
	tcase_add_test(tc, a_true_pool_is_counted_while_it_is_read);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
