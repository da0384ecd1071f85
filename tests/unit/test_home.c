/*
 * test_home - which of its waits a thread returns to for its next task.
 *
 * The thread is a record that plays the part.
 */
#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "common/base/ticks.h"
#include "shim/sched/sync.h"

static struct thread *worker;
static struct sync_scope scope;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

/* A place in a host, and depths of its stack. */
static char take_site, give_site;
static char stack[1000];

static void *
work(void *arg)
{
	return arg;
}

static void
make_thread(void)
{
	ticks_init();
	sync_after_fork_child();
	worker = thread_expect(work, NULL, 0);
	work_reset(&worker->work);
}

static void
drop_thread(void)
{
	thread_cancel(worker);
}

/* It begins to wait, at this depth. */
static void
enter(enum wait_kind kind, const void *object, const char *depth)
{
	struct wait_news news = {
		.kind = kind,
		.object = (uint64_t)(uintptr_t)object,
		.caller = &take_site,
		.mutex = &mutex,
	};

	sync_enter(worker, &scope, &news, depth);
}

static void
wait_for_task(void)
{
	enter(WAIT_COND, &cond, &stack[900]);
}

static void
end_wait(void)
{
	sync_leave(worker, &scope);
}

START_TEST(home_is_the_wait_nearest_to_the_start)
{
	static sem_t inner;

	enter(WAIT_SEM, &inner, &stack[100]);
	end_wait();
	wait_for_task();
	end_wait();
	enter(WAIT_SEM, &inner, &stack[100]);
	ck_assert(!scope.home);
	end_wait();
	wait_for_task();
	ck_assert(scope.home);
	ck_assert_uint_eq(atomic_load(&worker->work.visits), 2);
}
END_TEST

START_TEST(the_same_wait_in_the_middle_of_a_task_is_not_at_home)
{
	static char deep[4000];

	enter(WAIT_COND, &cond, &deep[3900]);
	end_wait();
	enter(WAIT_COND, &cond, &deep[3000]);
	ck_assert(!scope.home);
	end_wait();
	enter(WAIT_COND, &cond, &deep[3800]);	/* from the same function */
	ck_assert(scope.home);
}
END_TEST

/* Before it waits for the condition it may have had to wait for the lock that
 * the host has made of a futex. */
START_TEST(a_futex_beside_a_condition_is_no_home)
{
	static uint32_t lock;

	enter(WAIT_FUTEX, &lock, &stack[900]);
	ck_assert(scope.home);
	end_wait();
	enter(WAIT_COND, &cond, &stack[800]);
	ck_assert(scope.home);
	end_wait();
	enter(WAIT_FUTEX, &lock, &stack[900]);
	ck_assert(!scope.home);
	end_wait();
	enter(WAIT_COND, &cond, &stack[800]);
	ck_assert(scope.home);
	end_wait();
	ck_assert_uint_eq(atomic_load(&worker->work.kind), WAIT_COND);
}
END_TEST

START_TEST(a_wait_on_another_stack_is_not_deeper)
{
	static char coroutine[4000], own[4000];

	worker->stack_low = (uintptr_t)own;
	worker->stack_high = (uintptr_t)own + sizeof(own);
	enter(WAIT_COND, &cond, &coroutine[3900]);
	end_wait();
	enter(WAIT_COND, &cond, &coroutine[100]);
	ck_assert(scope.home);
	worker->stack_low = worker->stack_high = 0;
}
END_TEST

START_TEST(a_semaphore_that_is_given_back_is_no_home)
{
	static sem_t lock;
	struct thread *self = tls.thread;

	sem_init(&lock, 0, 0);
	enter(WAIT_SEM, &lock, &stack[950]);
	end_wait();
	sync_got(worker, &scope);
	tls.thread = worker;
	sync_post_gate(&lock);
	tls.thread = self;
	ck_assert(gate_is_lock(gate_at(gate_find((uintptr_t)&lock))));
	wait_for_task();
	ck_assert(scope.home);
	end_wait();
	enter(WAIT_SEM, &lock, &stack[950]);
	ck_assert(!scope.home);
}
END_TEST

START_TEST(a_semaphore_that_has_several_is_no_lock)
{
	static sem_t work_there;
	struct gate *g;

	sem_init(&work_there, 0, 0);
	enter(WAIT_SEM, &work_there, &stack[950]);
	g = gate_at(gate_find((uintptr_t)&work_there));
	sync_post_gate(&work_there);
	ck_assert_uint_eq(atomic_load(&g->most), 0);
	sem_post(&work_there);
	sync_post_gate(&work_there);
	ck_assert_uint_eq(atomic_load(&g->most), 1);
	end_wait();
	sync_got(worker, &scope);
	ck_assert(!gate_is_lock(g));
	sync_taken_gate(&work_there);	/* by somebody else */
	ck_assert_uint_eq(gate_waiting(g), 0);
}
END_TEST

START_TEST(a_condition_that_who_waited_signals_is_no_home)
{
	struct gate *g;

	wait_for_task();
	end_wait();
	g = gate_at(gate_find((uintptr_t)&mutex));
	for (unsigned i = 0; i < 20; i++) {
		sync_locked_gate(worker, &mutex, &give_site);
		sync_signal_gate(worker, &cond);
		sync_locked_gate(worker, &mutex, &take_site);
	}
	ck_assert(gate_is_lock(g));
	ck_assert(!gate_is_unclear(g));
	wait_for_task();
	ck_assert(!scope.home);
	/* Two that have something at a time have no lock. */
	atomic_store(&g->several, 100);
	ck_assert(!gate_is_lock(g));
}
END_TEST

START_TEST(who_waits_where_the_workers_do_has_a_lock_in_common_with_them)
{
	struct thread *self = thread_self();
	struct sync_scope s;

	wait_for_task();
	ck_assert(!gate_is_lock(gate_at(gate_find((uintptr_t)&mutex))));
	sync_enter(self, &s, &(struct wait_news){ .kind = WAIT_COND,
	    .object = (uint64_t)(uintptr_t)&cond, .mutex = &mutex },
	    &stack[0]);
	ck_assert(gate_is_lock(gate_at(gate_find((uintptr_t)&mutex))));
	/* What the worker did is no task: it would go on through its wait. */
	end_wait();
	sync_locked_gate(worker, &mutex, &take_site);
	wait_for_task();
	ck_assert(!scope.home);
	ck_assert_uint_ne(atomic_load(&worker->work.doing), WORK_TASK);
	/* Or wants room in their queue. */
	ck_assert(gate_is_unclear(gate_at(gate_find((uintptr_t)&mutex))));
}
END_TEST

START_TEST(a_wait_that_is_never_met_again_is_no_home)
{
	static sem_t at_start;

	enter(WAIT_SEM, &at_start, &stack[950]);
	end_wait();
	for (unsigned i = 0; i < 40; i++) {
		wait_for_task();
		end_wait();
	}
	ck_assert_uint_eq(atomic_load(&worker->work.kind), WAIT_COND);
}
END_TEST

START_TEST(a_settled_home_is_kept_through_a_long_task)
{
	static sem_t inner;

	for (unsigned i = 0; i < 4; i++) {
		wait_for_task();
		end_wait();
	}
	for (unsigned i = 0; i < 100; i++) {
		enter(WAIT_SEM, &inner, &stack[100]);
		ck_assert(!scope.home);
		end_wait();
	}
	wait_for_task();
	ck_assert(scope.home);
}
END_TEST

START_TEST(who_comes_for_tasks_has_not_moved)
{
	static sem_t inner;

	wait_for_task();
	end_wait();
	for (unsigned i = 0; i < 100; i++) {
		sync_locked_gate(worker, &mutex, &take_site);
		enter(WAIT_SEM, &inner, &stack[100]);
		ck_assert(!scope.home);
		end_wait();
	}
}
END_TEST

START_TEST(several_events_are_several_tasks)
{
	enter(WAIT_EPOLL, NULL, &stack[900]);
	scope.events = 5;
	end_wait();
	enter(WAIT_EPOLL, NULL, &stack[900]);
	ck_assert_uint_eq(atomic_load(&worker->work.visits), 5);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("home");
	TCase *tc = tcase_create("home");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(tc, make_thread, drop_thread);
	tcase_add_test(tc, home_is_the_wait_nearest_to_the_start);
	tcase_add_test(tc,
	    the_same_wait_in_the_middle_of_a_task_is_not_at_home);
	tcase_add_test(tc, a_futex_beside_a_condition_is_no_home);
	tcase_add_test(tc, a_wait_on_another_stack_is_not_deeper);
	tcase_add_test(tc, a_semaphore_that_is_given_back_is_no_home);
	tcase_add_test(tc, a_semaphore_that_has_several_is_no_lock);
	tcase_add_test(tc, a_condition_that_who_waited_signals_is_no_home);
	tcase_add_test(tc,
	    who_waits_where_the_workers_do_has_a_lock_in_common_with_them);
	tcase_add_test(tc, a_wait_that_is_never_met_again_is_no_home);
	tcase_add_test(tc, a_settled_home_is_kept_through_a_long_task);
	tcase_add_test(tc, who_comes_for_tasks_has_not_moved);
	tcase_add_test(tc, several_events_are_several_tasks);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
