/*
 * test_pools_convoy - threads that wait for nothing but a lock.
 */
#include "tests/unit/poolsbed.h"

#include <stdlib.h>

/* Thread @i has waited for a lock that thread @holder has, since before this
 * period. */
static void
wait_for(unsigned i, enum wait_kind kind, unsigned holder)
{
	task[i].wait = (struct wait_copy){
		.kind = kind, .object = 1, .seq = 8,
		.caller = (uint64_t)(uintptr_t)&elsewhere,
		.holder = kind == WAIT_LOCK ? 0 : (uint64_t)task[holder].tid,
		.lockwait_ns = 1000,
	};
	task[i].seq_before = 8;
	task[i].lockwait_ns = 1000 + PERIOD;
	task[i].lockwaited_ns = PERIOD;
}

/* It got the lock in this period, and waits for it again. */
static void
wait_again(unsigned i)
{
	task[i].seq_before = 6;
	task[i].lockwait_ns = 1000 + PERIOD / 4;
	task[i].lockwaited_ns = PERIOD / 2;
}

static void
check_convoy(void)
{
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 3);
	ck_assert_int_eq(seen[0].workers_known, EXACT);
	ck_assert_uint_eq(seen[0].idle, 0);
	ck_assert_uint_eq(seen[0].busy, 3);
	ck_assert_uint_eq(seen[0].blocked, 2);
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
	ck_assert(seen[0].convoy);
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
}

START_TEST(who_waits_for_a_lock_of_its_kin_is_not_idle)
{
	enum wait_kind kind = _i == 0 ? WAIT_MUTEX : WAIT_RWLOCK;

	for (unsigned i = 0; i < 3; i++)
		add(work);
	wait_for(1, kind, 0);
	wait_for(2, kind, 0);
	check_convoy();
	/* The lock changes hands, and nobody has it at this look. */
	wait_for(0, kind, 2);
	task[0].wait.holder = task[1].wait.holder = 0;
	task[2].wait = (struct wait_copy){ .kind = WAIT_RUN };
	check_convoy();
}
END_TEST

START_TEST(who_is_kept_asleep_by_others_is_idle)
{
	for (unsigned i = 0; i < 3; i++)
		add(i == 0 ? other_work : work);
	wait_for(1, WAIT_MUTEX, 0);
	wait_for(2, WAIT_MUTEX, 0);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 2);
	ck_assert_uint_eq(seen[0].idle, 2);
	ck_assert(!seen[0].convoy);
}
END_TEST

START_TEST(nobody_is_idle_where_an_own_lock_changes_hands)
{
	for (unsigned i = 0; i < 3; i++)
		add(work);
	wait_for(1, WAIT_LOCK, 0);
	wait_for(2, WAIT_LOCK, 0);
	infer();
	ck_assert_uint_eq(seen[0].idle, 2);
	ck_assert(!seen[0].convoy);
	wait_again(2);
	check_convoy();
}
END_TEST

START_TEST(who_waits_alone_is_in_no_convoy)
{
	for (unsigned i = 0; i < 3; i++)
		add(work);
	wait_for(1, WAIT_MUTEX, 0);
	task[1].seq_before = 6;
	infer();
	ck_assert_uint_eq(pools, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pools_convoy");
	TCase *tc = tcase_create("convoy");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, who_waits_for_a_lock_of_its_kin_is_not_idle,
	    0, 2);
	tcase_add_test(tc, who_is_kept_asleep_by_others_is_idle);
	tcase_add_test(tc, nobody_is_idle_where_an_own_lock_changes_hands);
	tcase_add_test(tc, who_waits_alone_is_in_no_convoy);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
