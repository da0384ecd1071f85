/*
 * test_periodline - SCHED, POOL and gc lines become figures.
 */
#include "tool/timeline/periodline.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct periodline l;

static bool
parse(const char *line)
{
	return periodline_parse(line, strlen(line), &l);
}

/* Figure @f is @value exactly. */
static void
is(unsigned f, double value)
{
	ck_assert(l.f[f].known);
	ck_assert(!l.f[f].estimated);
	ck_assert_double_eq_tol(l.f[f].value, value, 1e-3);
}

static void
is_about(unsigned f, double value)
{
	ck_assert(l.f[f].known);
	ck_assert(l.f[f].estimated);
	ck_assert_double_eq_tol(l.f[f].value, value, 1e-3);
}

START_TEST(a_sched_line_has_all_its_figures)
{
	ck_assert(parse("SCHED 2005ms: procs=4 idleprocs=1 threads=11 "
	    "spinningthreads=0 idlethreads=6 runqueue=37 [0 1 0 3] cpu=183% "
	    "delay=12ms lockwait=3.5ms psi=2.4 throttled=-"));
	ck_assert_int_eq(l.kind, PERIOD_SCHED);
	ck_assert_double_eq(l.ms, 2005);
	is(SCHED_PROCS, 4);
	is(SCHED_THREADS, 11);
	is(SCHED_IDLE, 6);
	is(SCHED_QUEUE, 37);
	is(SCHED_RUNNABLE, 4);
	is(SCHED_CPU, 183);
	is(SCHED_DELAY, 12);
	is(SCHED_LOCKWAIT, 3.5);
	ck_assert(!l.f[SCHED_THROTTLED].known);
}
END_TEST

START_TEST(on_large_machines_the_runnable_are_told_as_a_sum)
{
	ck_assert(parse("SCHED 1ms: threads=~9 [128 cpus, 7 waiting]"));
	is(SCHED_RUNNABLE, 7);
	is_about(SCHED_THREADS, 9);
	ck_assert(parse("SCHED 1ms: threads=9 [~1 2]"));
	is_about(SCHED_RUNNABLE, 3);
}
END_TEST

START_TEST(a_pool_line_is_read_in_any_order)
{
	ck_assert(parse("POOL 2005ms: libuv#1 workers=4 via=libuv novel=3/s "
	    "wait=1.2/8.4/31ms runqueue=37 [-] idle=1 blocked=1 "
	    "oldest=2.4s saturated=80% rate=1289/s run=300us/2/9ms"));
	ck_assert_int_eq(l.kind, PERIOD_POOL);
	ck_assert(strncmp(l.name.at, "libuv#1", l.name.len) == 0);
	ck_assert(strncmp(l.via.at, "libuv", l.via.len) == 0);
	is(POOL_WORKERS, 4);
	is(POOL_BUSY, 2);
	is(POOL_BLOCKED, 1);
	is(POOL_QUEUE, 37);
	is(POOL_RATE, 1289);
	is(POOL_WAIT, 1.2);
	is(POOL_WAIT_P99, 8.4);
	is(POOL_WAIT_MAX, 31);
	is(POOL_RUN, 0.3);
	is(POOL_RUN_P99, 2);
	is(POOL_OLDEST, 2400);
	is(POOL_SATURATED, 80);
}
END_TEST

START_TEST(an_estimate_marks_all_its_parts)
{
	ck_assert(parse("POOL 5ms: w#2 workers=8 idle=6 runqueue=~2 [-] "
	    "wait=~0.1/0.4/2ms run=- via=inferred"));
	is_about(POOL_QUEUE, 2);
	is_about(POOL_WAIT, 0.1);
	is_about(POOL_WAIT_MAX, 2);
	ck_assert(!l.f[POOL_RUN].known);
	is(POOL_BUSY, 2);
}
END_TEST

START_TEST(a_form_that_is_not_known_is_no_figure)
{
	ck_assert(parse("POOL 5ms: w#2 workers=8 idle=6 wait=1e5/2/3ms "
	    "rate=many oldest=3parsecs"));
	ck_assert(!l.f[POOL_WAIT].known);
	ck_assert(!l.f[POOL_RATE].known);
	ck_assert(!l.f[POOL_OLDEST].known);
}
END_TEST

START_TEST(a_verdict_is_kept_in_words)
{
	ck_assert(parse("POOL 2005ms: libuv#1 saturated 100% for 3.0s, "
	    "oldest task waits 2.4s, workers in: getaddrinfo x4"));
	ck_assert_int_eq(l.kind, PERIOD_VERDICT);
	ck_assert_uint_eq(l.name.len, strlen("libuv#1"));
	ck_assert(strncmp(l.words.at, "saturated 100%", 14) == 0);
	ck_assert(!parse("POOL 2005ms: libuv#1 wor?ers=4 idle=0"));
	ck_assert(parse("POOL 2005ms: 5 more"));
	ck_assert_int_eq(l.kind, PERIOD_MORE);
}
END_TEST

START_TEST(a_gc_line_has_times_and_sizes)
{
	ck_assert(parse("gc 7 @2.104s 0.8%: 0.02+3.1+0.4 ms clock, "
	    "0.9/2.2/0 ms cpu, 412->388->371 MB, 742 MB goal, 12 MB stacks, "
	    "3 MB globals, 8 P, 108615 (593983-485368) objects, 9/131/5983 "
	    "sweeps, 4 arenas (purge)"));
	ck_assert_int_eq(l.kind, PERIOD_GC);
	ck_assert_double_eq_tol(l.ms, 2104, 1e-6);
	is(GC_APP_MS, 0.9);
	is(GC_BEFORE, 412);
	is(GC_AFTER, 388);
	is(GC_LIVE, 371);
	is(GC_GOAL, 742);
	ck_assert(parse("gc 8 @3s -%: 0+0+0 ms clock, -/-/- ms cpu, "
	    "-->388->- MB, 742 MB goal, 12 MB stacks"));
	ck_assert(!l.f[GC_BEFORE].known);
	is(GC_AFTER, 388);
	ck_assert(!l.f[GC_LIVE].known);
}
END_TEST

START_TEST(lines_of_others_are_left_alone)
{
	/* Go's own. */
	ck_assert(!parse("gc 1 @0.011s 2%: 0.026+0.39+0.10 ms clock, "
	    "0.20+0.17/0.26/0.52+0.83 ms cpu, 4->4->0 MB, 5 MB goal, 8 P"));
	ck_assert(!parse("SCHED 0ms: gomaxprocs=8"));
	ck_assert(!parse("SCHED 12"));
	ck_assert(!parse("POOL 12ms: "));
	ck_assert(!parse("gc 7 @2.104s 0.8%: 0.02+3.1"));
	ck_assert(!parse(""));
	ck_assert_int_eq(l.kind, PERIOD_OTHER);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("periodline");
	TCase *t = tcase_create("periodline");

	tcase_add_test(t, a_sched_line_has_all_its_figures);
	tcase_add_test(t, on_large_machines_the_runnable_are_told_as_a_sum);
	tcase_add_test(t, a_pool_line_is_read_in_any_order);
	tcase_add_test(t, an_estimate_marks_all_its_parts);
	tcase_add_test(t, a_form_that_is_not_known_is_no_figure);
	tcase_add_test(t, a_verdict_is_kept_in_words);
	tcase_add_test(t, a_gc_line_has_times_and_sizes);
	tcase_add_test(t, lines_of_others_are_left_alone);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
