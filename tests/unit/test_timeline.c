/*
 * test_timeline - lines become processes, pools and a few true sentences.
 */
#include "tool/timeline/digest.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/timeline/grid.h"

static struct timeline t;

/* Variadic, so that the compiler looks at the formats. */
static void __attribute__((format(printf, 2, 3)))
add(unsigned pid, const char *fmt, ...)
{
	char line[256];
	va_list args;

	va_start(args, fmt);

	int n = vsnprintf(line, sizeof(line), fmt, args);

	va_end(args);
	ck_assert(timeline_add(&t, pid, line, (size_t)n));
}

#define SCHED "SCHED %ums: procs=2 threads=5 idlethreads=4 delay=%gms"
#define POOL "POOL %ums: w#1 workers=4 idle=0 wait=1/2/%gms via=api"

static void
start(void)
{
	t = (struct timeline){ 0 };
}

static void
stop(void)
{
	timeline_drop(&t);
}

START_TEST(a_time_that_goes_back_begins_another_run)
{
	add(0, SCHED, 1000, 1.0);
	add(0, SCHED, 2000, 1.0);
	add(7, SCHED, 500, 1.0);
	add(0, SCHED, 1000, 1.0);
	ck_assert_uint_eq(t.n, 3);
	ck_assert_uint_eq(t.processes[0].n_sched, 2);
	ck_assert_uint_eq(t.processes[1].pid, 7);
	ck_assert_uint_eq(t.processes[2].run, 2);
}
END_TEST

START_TEST(periods_that_are_missing_are_counted)
{
	struct digest d;

	for (unsigned i = 1; i <= 20; i++)
		if (i != 7 && i != 8)
			add(0, SCHED, i * 100 + i % 3, 1.0);
	digest_make(&d, &t.processes[0]);
	ck_assert_uint_eq(d.missing, 2);
	ck_assert_double_eq_tol(d.period_ms, 100, 3);
	digest_drop(&d);
}
END_TEST

START_TEST(the_worst_minute_is_where_tasks_wait)
{
	struct digest d;

	for (unsigned i = 1; i <= 300; i++) {
		add(0, SCHED, i * 1000, i < 100 ? 900.0 : 1.0);
		add(0, POOL, i * 1000, i > 200 && i <= 230 ?
		    500.0 + i : 3.0);
	}
	digest_make(&d, &t.processes[0]);
	ck_assert_int_eq(d.by, DIGEST_BY_WAIT);
	ck_assert_double_le(d.moments[d.worst].ms, 201000);
	ck_assert_double_ge(d.moments[d.worst_end - 1].ms, 230000);
	ck_assert_uint_eq(d.worst_end - d.worst, 60);
	ck_assert_double_eq(d.longest->ms, 230000);
	ck_assert_double_eq(d.longest->wait.value, 730);
	digest_drop(&d);
}
END_TEST

START_TEST(without_pools_the_worst_minute_is_where_threads_are_delayed)
{
	struct digest d;

	for (unsigned i = 1; i <= 200; i++)
		add(0, SCHED, i * 1000, i == 150 ? 900.0 : 1.0);
	digest_make(&d, &t.processes[0]);
	ck_assert_int_eq(d.by, DIGEST_BY_DELAY);
	ck_assert_uint_le(d.worst, 149);
	ck_assert_uint_gt(d.worst_end, 149);
	ck_assert_ptr_null(d.longest);
	digest_drop(&d);
}
END_TEST

START_TEST(verdicts_of_neighbouring_periods_are_one)
{
	for (unsigned i = 1; i <= 20; i++) {
		add(0, SCHED, i * 1000, 1.0);
		if (i < 6 || i > 15)
			add(0, "POOL %ums: w#1 saturated 100%% for %gs",
			    i * 1000, (double)i);
	}
	ck_assert_uint_eq(t.processes[0].n_verdicts, 2);
	ck_assert_double_eq(t.processes[0].verdicts[0].to_ms, 5000);
	ck_assert_uint_eq(t.processes[0].verdicts[1].lines, 5);
	ck_assert_str_eq(t.processes[0].verdicts[1].words,
	    "saturated 100% for 20s");
}
END_TEST

START_TEST(saturation_that_is_not_told_is_an_estimate)
{
	struct pool_digest d;

	add(0, POOL, 1000, 1.0);
	digest_pool(&d, &t.processes[0].pools[0]);
	ck_assert(d.saturated.estimated);
	ck_assert_double_eq(d.saturated.most, 100);
	add(0, "POOL %ums: w#1 workers=4 idle=0 saturated=%g%% via=api",
	    2000, 30.0);
	digest_pool(&d, &t.processes[0].pools[0]);
	ck_assert(d.saturated_known);
	ck_assert_double_eq(d.saturated.sum, 130);
}
END_TEST

#define GC "gc 1 @%u.0s 0.1%%: 0+1+0 ms clock, 2/0/0 ms cpu, " \
	"20->18->%g MB, 40 MB goal, 1 MB stacks, rest"

START_TEST(the_growth_of_the_live_heap_is_measured)
{
	struct gc_digest d;

	for (unsigned i = 0; i <= 60; i++)
		add(0, GC, 10 * i, 10 + i / 2.0);
	digest_gc(&d, &t.processes[0]);
	ck_assert(d.grows_known);
	ck_assert_double_eq_tol(d.growth_mb_min, 3, 1e-3);
	ck_assert_double_eq(d.paid.sum, 122);
	ck_assert_double_eq(d.resident.most, 20);
}
END_TEST

START_TEST(what_is_freed_at_the_end_is_no_shrinking)
{
	struct gc_digest d;
	char words[64];

	for (unsigned i = 0; i <= 60; i++)
		add(0, GC, 10 * i, 10.0);
	add(0, GC " (exit)", 601, 0.5);
	digest_gc(&d, &t.processes[0]);
	ck_assert_str_eq(digest_growth(words, &d), "is steady");
	ck_assert_double_eq(d.last->f[GC_LIVE].value, 10);
}
END_TEST

START_TEST(a_long_log_is_folded_and_keeps_its_worst_periods)
{
	struct cell *cells;
	struct grid g;
	bool seen = false;

	for (unsigned i = 1; i <= 5000; i++) {
		add(0, SCHED, i * 1000, 1.0);
		add(0, POOL, i * 1000, i == 3333 ? 9000.0 : 3.0);
	}
	grid_make(&g, &t.processes[0]);
	ck_assert_uint_le(g.n, GRID_COLUMNS);
	ck_assert_uint_eq(g.each, 12);
	cells = grid_pool(&g, &t.processes[0].pools[0]);
	for (unsigned i = 0; i < g.n; i++) {
		ck_assert(cells[i].there);
		seen |= cells[i].f[POOL_WAIT_MAX].value > 8999;
	}
	ck_assert(seen);
	free(cells);
}
END_TEST

START_TEST(a_period_without_a_line_is_a_gap)
{
	struct cell *cells;
	struct grid g;

	for (unsigned i = 1; i <= 20; i++)
		if (i != 8)
			add(0, SCHED, i * 1000, 1.0);
	grid_make(&g, &t.processes[0]);
	ck_assert_uint_eq(g.n, 20);
	cells = grid_sched(&g, &t.processes[0]);
	for (unsigned i = 0; i < g.n; i++)
		ck_assert(cells[i].there == (i != 7));
	free(cells);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("timeline");
	TCase *c = tcase_create("timeline");

	tcase_add_checked_fixture(c, start, stop);
	tcase_add_test(c, a_time_that_goes_back_begins_another_run);
	tcase_add_test(c, periods_that_are_missing_are_counted);
	tcase_add_test(c, the_worst_minute_is_where_tasks_wait);
	tcase_add_test(c,
	    without_pools_the_worst_minute_is_where_threads_are_delayed);
	tcase_add_test(c, verdicts_of_neighbouring_periods_are_one);
	tcase_add_test(c, saturation_that_is_not_told_is_an_estimate);
	tcase_add_test(c, the_growth_of_the_live_heap_is_measured);
	tcase_add_test(c, what_is_freed_at_the_end_is_no_shrinking);
	tcase_add_test(c,
	    a_long_log_is_folded_and_keeps_its_worst_periods);
	tcase_add_test(c, a_period_without_a_line_is_a_gap);
	suite_add_tcase(s, c);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
