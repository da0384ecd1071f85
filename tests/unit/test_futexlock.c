/*
 * test_futexlock - waits on futexes that are for locks, and others that look
 * like them.
 */
#include <check.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/ticks.h"
#include "shim/sched/futexlock.h"
#include "shim/sched/thread.h"

enum { TIMES = 40, LONGER_US = 100 };

static uint64_t site;	/* another one in each test */

static void
set_up(void)
{
	ticks_init();
	site += 0x1000;
}

/* Longer than who was not fast enough takes to try again. */
static void
work(void)
{
	uint64_t end = clock_ns() + LONGER_US * 1000;

	while (clock_ns() < end)
		;
}

static enum wait_kind
wait_once(uint64_t object, uint32_t value)
{
	struct thread *t = thread_self();
	enum wait_kind kind = futexlock_enter(t, site, object, value);

	futexlock_woken(t, site, object);
	return kind;
}

START_TEST(who_gives_back_what_it_waited_for_had_a_lock)
{
	struct thread *t = thread_self();

	for (unsigned i = 0; i < TIMES; i++) {
		ck_assert_int_eq(wait_once(0x40, 2),
		    i < 16 ? WAIT_FUTEX : WAIT_LOCK);
		futexlock_wakes(t, 0x40);
		ck_assert(futexlock_is(site) == (i >= 15));
	}
	ck_assert(!futexlock_is(site + 8));
}
END_TEST

START_TEST(who_gets_it_again_without_a_wait_gives_it_back_too)
{
	struct thread *t = thread_self();

	for (unsigned i = 0; i < 4; i++) {
		wait_once(0x40, 2);
		for (unsigned k = 0; k < 4; k++) {
			ck_assert(!futexlock_is(site));
			futexlock_wakes(t, 0x40);
		}
	}
	ck_assert(futexlock_is(site));
}
END_TEST

START_TEST(who_was_not_fast_enough_waits_for_the_same_lock)
{
	struct thread *t = thread_self();

	for (unsigned i = 0; i < TIMES; i++) {
		wait_once(0x40, 2);
		t->futex.left = UINT64_MAX;	/* no time has passed since */
		wait_once(0x40, 2);
		t->futex.left = UINT64_MAX;
		wait_once(0x40, 2);
		futexlock_wakes(t, 0x40);
	}
	ck_assert(futexlock_is(site));
}
END_TEST

START_TEST(who_comes_for_the_next_task_wakes_nobody)
{
	for (unsigned i = 0; i < TIMES; i++) {
		ck_assert_int_eq(wait_once(0x40, 0), WAIT_FUTEX);
		work();
	}
	ck_assert(!futexlock_is(site));
}
END_TEST

START_TEST(tasks_that_bring_tasks_do_not_make_a_lock)
{
	struct thread *t = thread_self();

	for (unsigned i = 0; i < 2 * TIMES; i++) {
		ck_assert_int_eq(wait_once(0x40, 0), WAIT_FUTEX);
		work();
		if (i % 4 != 0)
			futexlock_wakes(t, 0x40);
	}
	ck_assert(!futexlock_is(site));
}
END_TEST

START_TEST(a_word_that_counts_is_no_lock)
{
	struct thread *t = thread_self();

	for (unsigned i = 0; i < TIMES; i++) {
		ck_assert_int_eq(wait_once(0x40, i), WAIT_FUTEX);
		futexlock_wakes(t, 0x40);
	}
	ck_assert(!futexlock_is(site));
}
END_TEST

START_TEST(waking_others_says_nothing)
{
	struct thread *t = thread_self();

	for (unsigned i = 0; i < TIMES; i++) {
		wait_once(0x40, 2);
		futexlock_wakes(t, 0x80);
		work();
	}
	ck_assert(!futexlock_is(site));
}
END_TEST

START_TEST(what_was_taken_for_a_lock_can_turn_out_to_be_none)
{
	struct thread *t = thread_self();

	for (unsigned i = 0; i < TIMES; i++) {
		wait_once(0x40, 2);
		futexlock_wakes(t, 0x40);
	}
	ck_assert(futexlock_is(site));
	for (unsigned i = 0; i < TIMES; i++) {
		wait_once(0x40, 2);
		work();
	}
	ck_assert(!futexlock_is(site));
}
END_TEST

START_TEST(a_wait_becomes_one_for_a_lock_when_that_is_known)
{
	struct thread *t = thread_self();
	struct wait_copy outer, seen;
	uint64_t before = atomic_load(&t->lockwait_ns);

	wait_enter(t, &(struct wait_news){ .kind = WAIT_FUTEX, .object = 0x40,
	    .caller = (void *)site }, &outer);
	ck_assert(wait_read(t, &seen));
	ck_assert_int_eq(seen.kind, WAIT_FUTEX);
	for (unsigned i = 0; i < TIMES; i++) {
		wait_once(0x40, 2);
		futexlock_wakes(t, 0x40);
	}
	ck_assert(wait_read(t, &seen));
	ck_assert_int_eq(seen.kind, WAIT_LOCK);
	work();
	wait_leave(t, &outer);
	ck_assert_uint_ge(atomic_load(&t->lockwait_ns) - before,
	    LONGER_US * 1000);
}
END_TEST

static unsigned asked;

static bool
is_named_lock(uint64_t caller)
{
	asked++;
	return caller == site;
}

START_TEST(a_name_tells_at_once)
{
	uint64_t other = site;

	wait_once(0x40, 0);
	set_up();
	ck_assert_int_eq(wait_once(0x40, 0), WAIT_FUTEX);
	futexlock_ask(is_named_lock);
	ck_assert_uint_eq(asked, 2);
	ck_assert_int_eq(wait_once(0x40, 1), WAIT_LOCK);
	ck_assert(!futexlock_is(other));
	futexlock_ask(is_named_lock);
	ck_assert_uint_eq(asked, 2);
}
END_TEST

START_TEST(of_too_many_places_nothing_is_known)
{
	for (unsigned i = 0; i < 1000; i++) {
		set_up();
		wait_once(0x40, 2);
		futexlock_wakes(thread_self(), 0x40);
	}
	set_up();
	ck_assert_int_eq(wait_once(0x40, 2), WAIT_FUTEX);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("futexlock");
	TCase *tc = tcase_create("futexlock");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_add_test(tc, who_gives_back_what_it_waited_for_had_a_lock);
	tcase_add_test(tc,
	    who_gets_it_again_without_a_wait_gives_it_back_too);
	tcase_add_test(tc, who_was_not_fast_enough_waits_for_the_same_lock);
	tcase_add_test(tc, who_comes_for_the_next_task_wakes_nobody);
	tcase_add_test(tc, tasks_that_bring_tasks_do_not_make_a_lock);
	tcase_add_test(tc, a_word_that_counts_is_no_lock);
	tcase_add_test(tc, waking_others_says_nothing);
	tcase_add_test(tc, what_was_taken_for_a_lock_can_turn_out_to_be_none);
	tcase_add_test(tc, a_wait_becomes_one_for_a_lock_when_that_is_known);
	tcase_add_test(tc, a_name_tells_at_once);
	tcase_add_test(tc, of_too_many_places_nothing_is_known);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
