/*
 * test_ticker - the ticker: deadlines, questions, its end, and forks.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/lock.h"
#include "shim/heap/heap.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"
#include "shim/ticker/ticker.h"

/* ASan's runtime maps, starts and keeps what some tests count. */
#if defined(__SANITIZE_ADDRESS__)
enum { WITH_ASAN = 1 };
#else
enum { WITH_ASAN = 0 };
#endif

static sem_t ran;
static _Atomic uint64_t due[64];
static _Atomic unsigned runs;
static _Atomic bool gathers;
static _Atomic unsigned flushes;

/* The sink's part, as far as the ticker knows it. */
bool
sink_gathers(void)
{
	return gathers;
}

void
sink_flush(void)
{
	flushes++;
}

void
sink_adopt_thread(void)
{
}

void
heap_thread_is_ours(void)
{
}

void
sink_notice(const char *cause, const char *fmt, ...)
{
}

static int
create(void *thread, const void *attr, void *(*start)(void *), void *arg)
{
	return pthread_create(thread, attr, start, arg);
}

static int
refuse(void *thread, const void *attr, void *(*start)(void *), void *arg)
{
	return EAGAIN;
}

static void
setup(void)
{
	clock_init();
	sem_init(&ran, 0, 0);
	ticker_set_create(create);
}

static void
count_run(void *arg, uint64_t due_ns)
{
	unsigned n = runs++;

	if (n < 64)
		due[n] = due_ns;
	sem_post(&ran);
}

static void
await(unsigned n)
{
	while (n-- > 0)
		sem_wait(&ran);
}

START_TEST(deadlines_are_multiples_of_the_period_since_the_start)
{
	const uint64_t period = 20 * NS_PER_MS;

	ck_assert_int_ge(ticker_add(count_run, NULL, period), 0);
	ck_assert_int_eq(ticker_start(), 0);
	await(5);
	ck_assert(ticker_stop());
	for (unsigned i = 0; i < 5; i++) {
		ck_assert_uint_eq((due[i] - clock_start_ns()) % period, 0);
		ck_assert(i == 0 || due[i] > due[i - 1]);
	}
}
END_TEST

static void
late(void *arg, uint64_t due_ns)
{
	const struct timespec two_and_a_half = { .tv_nsec = 50000000 };

	count_run(arg, due_ns);
	nanosleep(&two_and_a_half, NULL);
}

START_TEST(a_late_run_does_not_shift_the_next_one)
{
	const uint64_t period = 20 * NS_PER_MS;

	ticker_add(late, NULL, period);
	ticker_start();
	await(3);
	ticker_stop();
	for (unsigned i = 1; i < 3; i++) {
		ck_assert_uint_eq((due[i] - due[0]) % period, 0);
		/* What was missed is not made up for. */
		ck_assert_uint_ge(due[i] - due[i - 1], 2 * period);
	}
}
END_TEST

START_TEST(without_work_there_is_no_thread)
{
	ck_assert_int_eq(ticker_start(), 0);
	ck_assert(!ticker_runs());
	ck_assert(!ticker_ask(count_run, NULL, NS_PER_MS));
}
END_TEST

START_TEST(a_sink_that_gathers_is_flushed)
{
	gathers = true;
	ck_assert_int_eq(ticker_start(), 0);
	ck_assert(ticker_runs());
	while (flushes < 2)
		usleep(1000);
	ck_assert(ticker_stop());
}
END_TEST

static void
look_around(void *arg, uint64_t due_ns)
{
	sigset_t *blocked = arg;

	ck_assert(ticker_is_me());
	ck_assert_int_eq(ticker_tid(), gettid());
	pthread_sigmask(SIG_BLOCK, NULL, blocked);
	count_run(NULL, due_ns);
}

START_TEST(a_question_is_answered_on_the_thread_with_signals_blocked)
{
	static sigset_t blocked;

	ticker_add(count_run, NULL, 3600 * NS_PER_S);
	ticker_start();
	ck_assert(!ticker_is_me());
	ck_assert(ticker_ask(look_around, &blocked, 10 * NS_PER_S));
	ck_assert_uint_eq(runs, 1);
	ck_assert_int_eq(sigismember(&blocked, SIGTERM), 1);
	ck_assert_int_eq(sigismember(&blocked, SIGPROF), 1);
	ck_assert_int_eq(sigismember(&blocked, SIGRTMIN), 1);
	ck_assert(ticker_stop());
	ck_assert_int_eq(ticker_tid(), 0);
}
END_TEST

START_TEST(setuid_does_not_wait_for_ever)
{
	ticker_add(count_run, NULL, 3600 * NS_PER_S);
	ticker_start();
	/* Libc asks every thread of the process, the ticker too. */
	ck_assert_int_eq(setuid(getuid()), 0);
	ck_assert(ticker_stop());
}
END_TEST

START_TEST(a_poke_from_a_handler_is_heard)
{
	ticker_on_poke(count_run);
	ck_assert_int_eq(ticker_start(), 0);
	ck_assert(ticker_runs());
	ticker_poke();
	await(1);
	ticker_poke();
	await(1);
	ticker_on_poke(NULL);
	ck_assert(ticker_stop());
}
END_TEST

START_TEST(it_starts_again_and_jobs_go_on)
{
	ticker_add(count_run, NULL, 10 * NS_PER_MS);
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(ticker_start(), 0);
		await(1);
		ck_assert(ticker_stop());
	}
	ck_assert_uint_gt(ticker_cpu_ns(), 0);
}
END_TEST

START_TEST(a_refused_thread_is_an_error_and_no_more)
{
	ticker_set_create(refuse);
	ticker_add(count_run, NULL, NS_PER_S);
	ck_assert_int_eq(ticker_start(), -EAGAIN);
	ck_assert(!ticker_runs());
	ck_assert(ticker_stop());
}
END_TEST

/* In the child: 0 when all is as it should be. */
static int
child(void)
{
	ticker_after_fork_child();
	if (ticker_runs() || ticker_tid() != 0)
		return 1;
	if ((state_armed_wait & ARMED_CHILD) == 0)
		return 2;
	ticker_need();
	if (!ticker_runs() || (state_armed_wait & ARMED_CHILD) != 0)
		return 3;
	return ticker_ask(count_run, NULL, 10 * NS_PER_S) ? 0 : 4;
}

START_TEST(a_child_gets_its_own_when_it_needs_it)
{
	int status;
	pid_t pid;

	ticker_add(count_run, NULL, 5 * NS_PER_MS);
	ticker_start();
	for (int i = 0; i < 50; i++) {
		ticker_before_fork();
		pid = fork();
		if (pid == 0)
			_exit(child());
		ticker_after_fork_parent();
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_int_eq(status, 0);
	}
	ck_assert(ticker_runs());
	ck_assert(ticker_stop());
}
END_TEST

START_TEST(the_budget_is_one_part_in_a_hundred_shared_by_all)
{
	int one = ticker_add(count_run, NULL, NS_PER_S);

	ck_assert_uint_eq(ticker_budget_ns(one), NS_PER_S / 100);
	ticker_add(count_run, NULL, NS_PER_S);
	ck_assert_uint_ge(ticker_budget_ns(one), NS_PER_S / 400);
	ck_assert_uint_le(ticker_budget_ns(one), NS_PER_S / 100);
}
END_TEST

START_TEST(a_full_table_says_so)
{
	int last = 0;

	for (int i = 0; i < 100 && last >= 0; i++)
		last = ticker_add(count_run, NULL, NS_PER_S);
	ck_assert_int_eq(last, -EAGAIN);
	ck_assert_int_eq(ticker_add(count_run, NULL, 0), -EINVAL);
}
END_TEST

static void *
leave_last(void *arg)
{
	usleep(20000);
	return NULL;
}

/* The main thread leaves; the last host thread stops the ticker first. */
START_TEST(a_process_whose_main_thread_left_ends)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_t other;

		ticker_add(count_run, NULL, 5 * NS_PER_MS);
		ticker_start();
		pthread_create(&other, NULL, leave_last, NULL);
		pthread_exit(NULL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_test(tc,
	    deadlines_are_multiples_of_the_period_since_the_start);
	tcase_add_test(tc, a_late_run_does_not_shift_the_next_one);
	tcase_add_test(tc, without_work_there_is_no_thread);
	tcase_add_test(tc, a_sink_that_gathers_is_flushed);
	tcase_add_test(tc,
	    a_question_is_answered_on_the_thread_with_signals_blocked);
	tcase_add_test(tc, setuid_does_not_wait_for_ever);
	tcase_add_test(tc, a_poke_from_a_handler_is_heard);
	tcase_add_test(tc, it_starts_again_and_jobs_go_on);
	tcase_add_test(tc, a_refused_thread_is_an_error_and_no_more);
	tcase_add_test(tc, a_child_gets_its_own_when_it_needs_it);
	tcase_add_test(tc, the_budget_is_one_part_in_a_hundred_shared_by_all);
	tcase_add_test(tc, a_full_table_says_so);
	if (!WITH_ASAN)
		tcase_add_test(tc, a_process_whose_main_thread_left_ends);
}

int
main(void)
{
	Suite *s = suite_create("ticker");
	TCase *tc = tcase_create("ticker");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 60);
	add_tests(tc);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
