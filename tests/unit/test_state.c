/*
 * test_state - armed words, the free window, hook scopes.
 */
#include "shim/state/state.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

static int deferred_signal;
static bool was_inside;

static void
note(int sig)
{
	deferred_signal = sig;
	was_inside = tls.inside != 0;
	errno = 99;
}

START_TEST(before_the_constructor_everything_is_cold)
{
	ck_assert(hook_armed());
	ck_assert_uint_eq(state_armed_alloc, ARMED_BOOT);
	ck_assert(!hook_free_is_plain((void *)WINDOW_BASE));
	ck_assert_uint_eq(state_armed_wait, ARMED_LAZY);
}
END_TEST

START_TEST(the_window_is_open_only_while_nothing_is_armed)
{
	const char *inside = (const char *)WINDOW_BASE;

	state_arm_alloc(0, ARMED_BOOT);
	ck_assert(!hook_armed());
	ck_assert(hook_free_is_plain(inside));
	ck_assert(hook_free_is_plain(inside + WINDOW_SIZE - 1));
	ck_assert(!hook_free_is_plain(inside + WINDOW_SIZE));
	ck_assert(!hook_free_is_plain(inside - 1));
	ck_assert(!hook_free_is_plain(NULL));
	state_arm_alloc(ARMED_TRACE | ARMED_COUNT, 0);
	ck_assert(hook_armed());
	ck_assert(!hook_free_is_plain(inside));
	state_arm_alloc(0, ARMED_COUNT);
	ck_assert(!hook_free_is_plain(inside));
	state_arm_alloc(0, ARMED_TRACE);
	ck_assert(hook_free_is_plain(inside));
}
END_TEST

START_TEST(waiting_is_armed_on_its_own)
{
	state_arm_alloc(0, ARMED_BOOT);
	state_arm_wait(0, ARMED_LAZY);
	ck_assert(!wait_armed());
	state_arm_wait(ARMED_STATE | ARMED_CHILD, 0);
	ck_assert(wait_armed());
	ck_assert(!hook_armed());
	state_arm_wait(0, ARMED_STATE);
	ck_assert_uint_eq(state_armed_wait, ARMED_CHILD);
	state_after_fork_child();
	ck_assert(hook_free_is_plain((void *)WINDOW_BASE));
}
END_TEST

START_TEST(a_scope_keeps_errno_and_refuses_a_second)
{
	struct hook_scope outer, inner;

	errno = 7;
	ck_assert(hook_enter(&outer));
	ck_assert(!hook_enter(&inner));
	errno = 8;
	hook_leave(&outer);
	ck_assert_int_eq(errno, 7);
	ck_assert(hook_enter(&outer));
	hook_leave(&outer);
}
END_TEST

START_TEST(our_own_thread_has_no_scopes)
{
	struct hook_scope scope;

	tls.ours = true;
	ck_assert(!hook_enter(&scope));
	tls.ours = false;
}
END_TEST

START_TEST(a_fatal_signal_inside_waits_for_the_end_of_the_scope)
{
	struct hook_scope scope;

	state_set_deferred(note);
	errno = 7;
	ck_assert(hook_enter(&scope));
	tls.pending_signal = 15;
	ck_assert_int_eq(deferred_signal, 0);
	hook_leave(&scope);
	ck_assert_int_eq(deferred_signal, 15);
	ck_assert(!was_inside);
	ck_assert_int_eq(errno, 7);
	ck_assert_uint_eq(tls.pending_signal, 0);
}
END_TEST

enum { ROUNDS = 2000 };

static void *
arm_and_disarm(void *arg)
{
	uint32_t bit = *(uint32_t *)arg;

	for (int i = 0; i < ROUNDS; i++) {
		state_arm_alloc(bit, 0);
		ck_assert(!hook_free_is_plain((void *)WINDOW_BASE));
		state_arm_alloc(0, bit);
	}
	return NULL;
}

/* While one thread has armed its bit, no other can open the window. */
START_TEST(threads_that_arm_do_not_undo_each_other)
{
	uint32_t bits[] = { ARMED_COUNT, ARMED_TRACE };
	pthread_t threads[2];

	state_arm_alloc(0, ARMED_BOOT);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, arm_and_disarm, &bits[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ck_assert(!hook_armed());
	ck_assert(hook_free_is_plain((void *)WINDOW_BASE));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("state");
	TCase *t = tcase_create("state");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, before_the_constructor_everything_is_cold);
	tcase_add_test(t, the_window_is_open_only_while_nothing_is_armed);
	tcase_add_test(t, waiting_is_armed_on_its_own);
	tcase_add_test(t, a_scope_keeps_errno_and_refuses_a_second);
	tcase_add_test(t, our_own_thread_has_no_scopes);
	tcase_add_test(t,
	    a_fatal_signal_inside_waits_for_the_end_of_the_scope);
	tcase_add_test(t, threads_that_arm_do_not_undo_each_other);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
