/*
 * test_poolview - pools that we are told about, from one period to the next.
 */
#include "tests/unit/poolsbed.h"

#include <stdlib.h>

#include "shim/sink/sink.h"
#include "shim/state/state.h"

static struct pool *pool;
static struct poolview view;	/* of this period */

void
sink_notice(const char *cause, const char *fmt, ...)
{
	(void)cause;
	(void)fmt;
}

static void
keep(struct poolview *v, void *arg)
{
	(void)arg;
	view = *v;
}

static void
begin_pool(void)
{
	const struct pool_traits traits = {
		.name = "p", .via = "api", .timed = true, .counts_queue = true,
	};

	state_arm_wait(ARMED_STATE, 0);
	pool_arm();
	pool = pool_make(&traits);
	ck_assert_ptr_nonnull(pool);
}

static const struct poolview *
look(void)
{
	static const struct tasks_look nothing;

	view = (struct poolview){ .number = 0 };
	poolview_each(&nothing, PERIOD, keep, NULL);
	ck_assert_uint_ne(view.number, 0);
	return &view;
}

START_TEST(of_a_pool_without_workers_one_line_tells)
{
	pool_worker_begin(pool, 0);
	ck_assert_uint_eq(look()->workers, 1);
	for (unsigned i = 0; i < 3; i++)
		ck_assert(!look()->silent);
	pool_worker_end(pool);
	ck_assert(!look()->silent);
	ck_assert_uint_eq(view.workers, 0);
	for (unsigned i = 0; i < 3; i++)
		ck_assert(look()->silent);
	pool_worker_begin(pool, 0);
	ck_assert(!look()->silent);
	pool_worker_end(pool);
	ck_assert(!look()->silent);
	ck_assert(look()->silent);
}
END_TEST

START_TEST(what_was_done_meanwhile_is_told)
{
	struct pool_stamp s = { .queued = 0 };

	for (unsigned i = 0; i < 3; i++)
		look();
	ck_assert(view.silent);
	pool_queued(pool, &s, 1);
	pool_started(pool, &s, 1);
	pool_done(pool, &s, 1);
	pool_worker_end(pool);
	ck_assert(!look()->silent);
	ck_assert_uint_eq(view.workers, 0);
	ck_assert_uint_eq(view.done, 1);
	ck_assert(!look()->silent);
	ck_assert_uint_eq(view.done, 0);
	ck_assert(look()->silent);
}
END_TEST

START_TEST(tasks_that_wait_for_nobody_are_told_each_time)
{
	struct pool_stamp s = { .queued = 0 };

	pool_queued(pool, &s, 1);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert(!look()->silent);
		ck_assert_uint_eq(view.waiting, 1);
	}
	pool_dropped(pool, &s, 1);
	ck_assert(!look()->silent);
	ck_assert(look()->silent);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("poolview");
	TCase *c = tcase_create("poolview");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, begin_pool, NULL);
	tcase_add_test(c, of_a_pool_without_workers_one_line_tells);
	tcase_add_test(c, what_was_done_meanwhile_is_told);
	tcase_add_test(c, tasks_that_wait_for_nobody_are_told_each_time);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
