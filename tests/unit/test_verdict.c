/*
 * test_verdict - which pools starve, and of what.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "shim/schedtrace/verdict.h"

static struct crew crew;

/* Four workers, all busy for all of the period, with tasks that wait. */
static struct poolview
overloaded(void)
{
	return (struct poolview){
		.name = "jobs", .via = "api", .number = 3,
		.workers = 4, .busy = 4, .queue_known = EXACT, .waiting = 90,
		.rate_known = EXACT, .done = 400,
		.wait = { EXACT, 400, 2 * NS_PER_S, 3 * NS_PER_S,
		    3 * NS_PER_S },
		.run = { EXACT, 400, 10 * NS_PER_MS, 12 * NS_PER_MS,
		    13 * NS_PER_MS },
		.period_ns = NS_PER_S, .full_known = EXACT,
		.full_ns = 999 * NS_PER_MS, .oldest_known = EXACT,
		.oldest_ns = 2400 * NS_PER_MS, .longest_known = EXACT,
		.longest_ns = 9 * NS_PER_MS, .times_known = EXACT,
		.lockwait_known = EXACT,
	};
}

static const char *
line_of(const struct poolview *v, const struct verdict *j)
{
	static char text[512];
	struct buf b = BUF(text);

	verdict_write(&b, v, j);
	verdict_write_cause(&b, j->cause);
	return buf_cstr(&b);
}

static void
begin(void)
{
	memset(&crew, 0, sizeof(crew));
}

START_TEST(too_many_tasks_for_the_workers)
{
	struct poolview v = overloaded();
	struct verdict j;

	verdict_judge(&v, &crew);
	verdict_judge(&v, &crew);
	j = verdict_judge(&v, &crew);
	ck_assert(j.starves);
	ck_assert_int_eq(j.cause, CAUSE_FEW);
	ck_assert_str_eq(line_of(&v, &j), "jobs#3 saturated 100% for 3.0s, "
	    "oldest task waits 2.4s (too few workers)");
}
END_TEST

START_TEST(who_makes_a_worker_for_each_task_has_never_too_few)
{
	struct poolview v = overloaded();

	v.by_thread = true;
	ck_assert_int_eq(verdict_judge(&v, &crew).cause, CAUSE_NONE);
	v.delay_ns = 3 * NS_PER_S;
	ck_assert_int_eq(verdict_judge(&v, &crew).cause, CAUSE_NO_CPU);
}
END_TEST

/* As an inferred pool whose tasks come in bulk. */
START_TEST(a_queue_that_is_not_known_but_never_runs_dry)
{
	struct poolview v = overloaded();
	struct verdict j;

	v.queue_known = v.wait.known = v.oldest_known = NOT_KNOWN;
	ck_assert(!verdict_judge(&v, &crew).starves);
	v.finds_more = true;
	j = verdict_judge(&v, &crew);
	ck_assert(j.starves);
	ck_assert_int_eq(j.cause, CAUSE_FEW);
	ck_assert_str_eq(line_of(&v, &j),
	    "jobs#3 saturated 100% for 2.0s (too few workers)");
	v.full_ns = NS_PER_S / 2;
	ck_assert(!verdict_judge(&v, &crew).starves);
}
END_TEST

START_TEST(busy_workers_without_waiting_tasks_do_not_starve)
{
	struct poolview v = overloaded();

	v.waiting = v.oldest_ns = 0;
	v.wait.median_ns = 5000;
	ck_assert(!verdict_judge(&v, &crew).starves);
}
END_TEST

START_TEST(a_queue_that_idle_workers_will_soon_take_is_none)
{
	struct poolview v = overloaded();

	v.full_ns = 200 * NS_PER_MS;
	v.oldest_ns = 300 * NS_PER_MS;
	v.wait.median_ns = 100 * NS_PER_MS;
	ck_assert(!verdict_judge(&v, &crew).starves);
}
END_TEST

START_TEST(idle_workers_take_what_waits_in_the_one_queue)
{
	struct poolview v = overloaded();

	v.full_ns = 0;
	v.idle = v.workers;
	v.busy = 0;
	v.oldest_ns = 6 * NS_PER_S;
	v.queue_known = ESTIMATED;
	ck_assert(!verdict_judge(&v, &crew).starves);
	v.queue_known = EXACT; /* they have missed their wake-up */
	ck_assert(verdict_judge(&v, &crew).starves);
}
END_TEST

START_TEST(a_task_that_takes_far_longer_than_usual_is_slow)
{
	struct poolview v = overloaded();
	struct verdict j;

	v.workers = v.busy = 1;
	verdict_judge(&v, &crew);
	v.done = v.run.count = v.wait.count = 0;
	v.longest_ns = 5200 * NS_PER_MS;
	v.stuck = 1;
	v.full_ns = NS_PER_S;
	j = verdict_judge(&v, &crew);
	ck_assert_int_eq(j.cause, CAUSE_SLOW);
	ck_assert(j.slow);
}
END_TEST

START_TEST(a_task_that_takes_as_long_as_all_do_is_not_slow)
{
	struct poolview v = overloaded();

	v.run.median_ns = 4 * NS_PER_S;
	verdict_judge(&v, &crew);
	v.run.count = v.wait.count = 0;
	v.longest_ns = 5 * NS_PER_S;
	v.stuck = 4;
	ck_assert_int_eq(verdict_judge(&v, &crew).cause, CAUSE_FEW);
}
END_TEST

START_TEST(while_no_task_is_done_none_is_known_to_be_slow)
{
	struct poolview v = overloaded();
	struct verdict j;

	v.run.count = v.wait.count = 0;
	v.longest_ns = 3 * NS_PER_S;
	v.stuck = 4;
	j = verdict_judge(&v, &crew);
	ck_assert(j.starves);
	ck_assert(j.slow);
	ck_assert_int_eq(j.cause, CAUSE_NONE);
	v.run.count = 2;
	v.run.median_ns = 3 * NS_PER_S;
	ck_assert_int_eq(verdict_judge(&v, &crew).cause, CAUSE_FEW);
}
END_TEST

START_TEST(one_slow_task_among_many_workers_is_not_the_cause)
{
	struct poolview v = overloaded();

	verdict_judge(&v, &crew);
	v.longest_ns = 5 * NS_PER_S;
	v.stuck = 1;
	ck_assert_int_eq(verdict_judge(&v, &crew).cause, CAUSE_FEW);
}
END_TEST

START_TEST(a_slow_task_holds_up_its_own_queue_while_others_idle)
{
	struct poolview v = overloaded();
	struct verdict j;

	v.full_ns = 0;
	v.queues = 4;
	v.idle = 3;
	v.busy = v.stuck = 1;
	v.longest_ns = 3 * NS_PER_S;
	j = verdict_judge(&v, &crew);
	ck_assert(j.starves);
	ck_assert_int_eq(j.cause, CAUSE_SLOW);
	ck_assert_str_eq(line_of(&v, &j), "jobs#3 saturated 0%, "
	    "oldest task waits 2.4s (slow task)");
}
END_TEST

START_TEST(idle_workers_are_not_short_of_cpu)
{
	struct poolview v = overloaded();

	v.full_ns = 0;
	v.queues = 4;
	v.idle = 3;
	v.busy = v.stuck = 1;
	v.longest_ns = 3 * NS_PER_S;
	v.cpu_ns = 400 * NS_PER_MS;
	v.delay_ns = 600 * NS_PER_MS;
	ck_assert_int_eq(verdict_judge(&v, &crew).cause, CAUSE_SLOW);
}
END_TEST

START_TEST(workers_that_wait_for_a_lock_are_a_convoy)
{
	struct poolview v = overloaded();

	v.lockwait_ns = 2900 * NS_PER_MS;
	v.delay_ns = 1500 * NS_PER_MS;
	ck_assert_int_eq(verdict_judge(&v, &crew).cause, CAUSE_CONVOY);
}
END_TEST

START_TEST(threads_without_a_queue_that_hold_each_other_up_are_a_convoy)
{
	struct poolview v = {
		.name = "serve", .via = "inferred", .number = 3,
		.workers = 8, .busy = 8, .convoy = true,
		.period_ns = NS_PER_S, .lockwait_known = EXACT,
		.lockwait_ns = 6 * NS_PER_S,
	};
	struct verdict j = verdict_judge(&v, &crew);

	ck_assert(j.starves);
	ck_assert_int_eq(j.cause, CAUSE_CONVOY);
	ck_assert_str_eq(line_of(&v, &j), "serve#3 saturated - "
	    "(lock convoy)");
	v.lockwait_ns = NS_PER_S;
	ck_assert(!verdict_judge(&v, &crew).starves);
	v.lockwait_ns = 6 * NS_PER_S;
	v.convoy = false;
	ck_assert(!verdict_judge(&v, &crew).starves);
}
END_TEST

START_TEST(workers_that_get_no_cpu_are_told_with_their_share)
{
	struct poolview v = overloaded();
	struct verdict j;

	v.cpu_ns = 600 * NS_PER_MS;
	v.delay_ns = 3000 * NS_PER_MS;
	j = verdict_judge(&v, &crew);
	ck_assert_int_eq(j.cause, CAUSE_NO_CPU);
	ck_assert_uint_eq(j.delayed, 83);
}
END_TEST

START_TEST(without_a_known_queue_only_held_up_workers_count)
{
	struct poolview v = overloaded();
	struct verdict j;

	v.queue_known = v.oldest_known = v.wait.known = NOT_KNOWN;
	ck_assert(!verdict_judge(&v, &crew).starves);
	v.lockwait_ns = 3 * NS_PER_S;
	j = verdict_judge(&v, &crew);
	ck_assert(j.starves);
	ck_assert_int_eq(j.cause, CAUSE_CONVOY);
	ck_assert_str_eq(line_of(&v, &j),
	    "jobs#3 saturated 100% for 2.0s (lock convoy)");
}
END_TEST

START_TEST(tasks_that_waited_are_told_where_none_waits_now)
{
	struct poolview v = overloaded();
	struct verdict j;

	v.full_ns = 530 * NS_PER_MS;
	v.busy = 1;
	v.idle = 3;
	v.oldest_known = NOT_KNOWN;
	j = verdict_judge(&v, &crew);
	ck_assert(j.starves);
	ck_assert_str_eq(line_of(&v, &j),
	    "jobs#3 saturated 53%, tasks waited 2.0s");
	v.wait.known = ESTIMATED;
	v.oldest_known = EXACT;
	v.oldest_ns = 0;
	ck_assert_str_eq(line_of(&v, &j),
	    "jobs#3 saturated 53%, tasks waited ~2.0s");
}
END_TEST

START_TEST(a_pool_without_workers_is_never_full)
{
	struct poolview v = overloaded();

	v.workers = v.busy = 0;
	ck_assert_uint_eq(verdict_judge(&v, &crew).saturated_ns, 0);
}
END_TEST

static Suite *
verdict_suite(void)
{
	Suite *s = suite_create("verdict");
	TCase *c = tcase_create("verdict");

	tcase_add_checked_fixture(c, begin, NULL);
	tcase_add_test(c,
	    who_makes_a_worker_for_each_task_has_never_too_few);
	tcase_add_test(c, too_many_tasks_for_the_workers);
	tcase_add_test(c, a_queue_that_is_not_known_but_never_runs_dry);
	tcase_add_test(c, busy_workers_without_waiting_tasks_do_not_starve);
	tcase_add_test(c, a_queue_that_idle_workers_will_soon_take_is_none);
	tcase_add_test(c, idle_workers_take_what_waits_in_the_one_queue);
	tcase_add_test(c, a_task_that_takes_far_longer_than_usual_is_slow);
	tcase_add_test(c, a_task_that_takes_as_long_as_all_do_is_not_slow);
	tcase_add_test(c, while_no_task_is_done_none_is_known_to_be_slow);
	tcase_add_test(c, one_slow_task_among_many_workers_is_not_the_cause);
	tcase_add_test(c, a_slow_task_holds_up_its_own_queue_while_others_idle);
	tcase_add_test(c, idle_workers_are_not_short_of_cpu);
	tcase_add_test(c, workers_that_wait_for_a_lock_are_a_convoy);
	tcase_add_test(c,
	    threads_without_a_queue_that_hold_each_other_up_are_a_convoy);
	tcase_add_test(c, workers_that_get_no_cpu_are_told_with_their_share);
	tcase_add_test(c, without_a_known_queue_only_held_up_workers_count);
	tcase_add_test(c, tasks_that_waited_are_told_where_none_waits_now);
	tcase_add_test(c, a_pool_without_workers_is_never_full);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(verdict_suite());
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
