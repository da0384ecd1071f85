/*
 * test_pools_task - threads that are taken for tasks, and need not be.
 */
#include "tests/unit/poolsbed.h"

#include <stdlib.h>

#include "common/base/clock.h"
#include "shim/sched/pool.h"

/* Of pool_state.h, whose pool_times are others than poolview's. */
struct pool_lane *pool_join(struct pool *p, struct thread *t, unsigned queue,
    uint64_t now);

static const struct pool_traits threads = {
	.name = "thread", .via = "async", .timed = true,
	.counts_queue = true, .by_thread = true,
};

#define SOON NS_PER_S
#define LATE (11 * NS_PER_S)

/* A thread that is told to be a task; its number. */
static unsigned
add_task(void)
{
	unsigned i = add(work);

	ck_assert_ptr_nonnull(pool_join(pool_make(&threads), task[i].thread, 0,
	    ticks_now()));
	return i;
}

static bool
is_task(unsigned i)
{
	uint64_t visits;

	pools_task_look(&task[i], NULL);
	return pool_thread_is_task(task[i].thread, &visits);
}

START_TEST(who_waits_for_the_first_time_may_be_a_worker)
{
	unsigned i = add_task();

	ck_assert_int_eq(pools_task_doubt(&task[i], SOON), CREW_SURE);
	wait_at(i, 0);
	ck_assert_int_eq(pools_task_doubt(&task[i], SOON), CREW_GUESSED);
	ck_assert_int_eq(pools_task_doubt(&task[i], LATE), CREW_DOUBTED);
	work_at(i);
	ck_assert_int_eq(pools_task_doubt(&task[i], SOON), CREW_SURE);
	ck_assert(is_task(i));
}
END_TEST

START_TEST(who_lives_longer_than_tasks_do_may_be_none)
{
	unsigned i = add_task();

	ck_assert_int_eq(pools_task_doubt(&task[i], LATE), CREW_GUESSED);
	ck_assert(is_task(i));
}
END_TEST

START_TEST(who_comes_back_to_a_wait_is_a_worker)
{
	unsigned i = add_task();

	wait_at(i, 0);
	ck_assert(is_task(i));
	work_at(i);
	ck_assert(is_task(i));
	wait_at(i, 0);
	ck_assert(!is_task(i));
	ck_assert_int_eq(pools_task_doubt(&task[i], LATE), CREW_SURE);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pools_task");
	TCase *tc = tcase_create("pools_task");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, who_waits_for_the_first_time_may_be_a_worker);
	tcase_add_test(tc, who_lives_longer_than_tasks_do_may_be_none);
	tcase_add_test(tc, who_comes_back_to_a_wait_is_a_worker);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
