/*
 * test_sync_first - threads that begin with a task, and what their locks and
 * signals are taken for before they have ever waited.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/base/ticks.h"
#include "shim/sched/sync.h"
#include "shim/sched/thread.h"

enum { WORKERS = 2 };

static struct thread *worker[WORKERS], *main_thread;
static struct sync_scope scope[WORKERS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

/* Places in a host, and depths of its stack. */
static char take_site, bring_site;
static char stack[1000];

static void *
work(void *arg)
{
	return arg;
}

static void
make_threads(void)
{
	ticks_init();
	sync_after_fork_child();
	for (unsigned i = 0; i < WORKERS; i++)
		worker[i] = thread_expect(work, NULL, 0);
	main_thread = thread_self();
	work_reset(&main_thread->work);
}

static void
drop_threads(void)
{
	for (unsigned i = 0; i < WORKERS; i++)
		thread_cancel(worker[i]);
}

/* What wait_enter() is called before. */
static void
wait_for_task(unsigned i)
{
	struct wait_news news = {
		.kind = WAIT_COND,
		.object = (uint64_t)(uintptr_t)&cond,
		.caller = &take_site,
		.mutex = &mutex,
	};

	sync_enter(worker[i], &scope[i], &news, &stack[900]);
}

static void
lock(struct thread *t, const char *site)
{
	sync_locked_gate(t, &mutex, site);
}

static void
bring(const char *site, bool signals)
{
	lock(main_thread, site);
	if (signals)
		sync_signal_gate(main_thread, &cond);
}

static struct gate *
gate(void)
{
	uint32_t n = gate_find((uint64_t)(uintptr_t)&mutex);

	ck_assert_uint_ne(n, 0);
	return gate_at(n);
}

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
