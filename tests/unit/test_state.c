/*
 * test_state - armed words, the free window, hook scopes.
 */
#include "shim/state/state.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

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

START_TEST(operators_of_the_hosts_own_arm_the_operators_alone)
{
	void *inside = (void *)WINDOW_BASE;

	state_arm_alloc(ARMED_OPERATORS, ARMED_BOOT);
	ck_assert(!hook_armed() && hook_free_is_plain(inside));
	ck_assert(hook_new_armed() && !hook_new_is_plain(inside));
	state_arm_alloc(ARMED_COUNT, 0);
	ck_assert_uint_eq(state_armed_alloc, ARMED_COUNT);
	ck_assert_uint_eq(state_new_armed_alloc, ARMED_COUNT | ARMED_OPERATORS);
	state_arm_alloc(0, ARMED_COUNT);
	state_after_fork_child();
	ck_assert(!hook_armed() && hook_free_is_plain(inside));
	ck_assert(hook_new_armed() && !hook_new_is_plain(inside));
	state_arm_alloc(0, ARMED_OPERATORS);
	ck_assert(!hook_new_armed() && hook_new_is_plain(inside));
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

/* What stands for the ranks above: this thread's stack, and how often a scope
 * was mended. */
static uintptr_t stack_low;
static unsigned mended;

static uintptr_t stack_base, stack_end;

/* Before a handler needs it: libc allocates to answer. */
static void
ask_for_stack(void)
{
	pthread_attr_t attr;
	size_t size;
	void *base;

	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstack(&attr, &base, &size);
	pthread_attr_destroy(&attr);
	stack_base = (uintptr_t)base;
	stack_end = stack_base + size;
}

static bool
own_stack(uintptr_t at, uintptr_t *low, uintptr_t *high)
{
	*low = stack_low != 0 ? stack_low : stack_base;
	*high = stack_end;
	return at >= *low && at < *high;
}

static void
count_mending(void)
{
	ck_assert(tls.inside != 0);
	mended++;
}

static const struct hook_helpers helpers = { own_stack, count_mending };
static sigjmp_buf back;
static bool entered_in_handler;

static void
enter_only(int sig)
{
	struct hook_scope scope;

	(void)sig;
	entered_in_handler = hook_enter(&scope);
}

static void
enter_and_jump(int sig)
{
	enter_only(sig);
	siglongjmp(back, 1);
}

__attribute__((noinline)) static void
raise_inside(void)
{
	struct hook_scope scope;

	ck_assert(hook_enter(&scope));
	raise(SIGUSR1);
	hook_leave(&scope);
}

/* Other frames where those of raise_inside() were. */
__attribute__((noinline)) static bool
enter_deeper(void)
{
	volatile char room[4096];
	struct hook_scope scope;

	memset((char *)(uintptr_t)room, 0x55, sizeof(room));
	if (!hook_enter(&scope))
		return false;
	hook_leave(&scope);
	return true;
}

static void
on_usr1(void (*handler)(int), bool on_other_stack)
{
	static char other[65536];
	stack_t ss = { .ss_sp = other, .ss_size = sizeof(other) };
	struct sigaction act = { .sa_handler = handler,
		.sa_flags = on_other_stack ? SA_ONSTACK : 0 };

	ck_assert_int_eq(sigaltstack(&ss, NULL), 0);
	ck_assert_int_eq(sigaction(SIGUSR1, &act, NULL), 0);
	ask_for_stack();
	state_set_helpers(&helpers);
}

START_TEST(a_handler_inside_of_a_scope_is_refused)
{
	on_usr1(enter_only, _i != 0);
	raise_inside();
	ck_assert(!entered_in_handler);
	ck_assert_uint_eq(mended, 0);
	ck_assert_uint_eq(tls.inside, 0);
}
END_TEST

START_TEST(a_scope_that_a_handler_jumped_out_of_is_mended)
{
	struct hook_scope scope;

	on_usr1(enter_and_jump, _i != 0);
	for (unsigned i = 1; i < 5; i++) {
		if (sigsetjmp(back, 1) == 0)
			raise_inside();
		ck_assert_uint_ne(tls.inside, 0);
		ck_assert(i % 2 == 0 ? enter_deeper() : hook_enter(&scope));
		if (i % 2 != 0)
			hook_leave(&scope);
		ck_assert_uint_eq(mended, i);
	}
}
END_TEST

START_TEST(what_a_signal_interrupts_is_in_no_scope_that_was_left)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
	struct hook_scope scope;

	on_usr1(enter_and_jump, false);
	if (sigsetjmp(back, 1) == 0)
		raise_inside();
	ck_assert(!state_is_inside(sp));
	ck_assert_uint_eq(mended, 1);
	ck_assert(hook_enter(&scope));
	ck_assert(state_is_inside((uintptr_t)&scope - 4096));
	hook_leave(&scope);
	ck_assert(!state_is_inside(sp));
	ck_assert_uint_eq(mended, 1);
}
END_TEST

START_TEST(a_stack_with_no_room_left_is_no_place_for_a_scope)
{
	struct hook_scope scope;

	ask_for_stack();
	state_set_helpers(&helpers);
	stack_low = (uintptr_t)&scope - HOOK_ROOM + 64;
	ck_assert(!hook_enter(&scope));
	stack_low = (uintptr_t)&scope - HOOK_ROOM;
	ck_assert(hook_enter(&scope));
	hook_leave(&scope);
	ck_assert(!enter_deeper());
	ck_assert_uint_eq(tls.inside, 0);
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
	tcase_add_test(t, operators_of_the_hosts_own_arm_the_operators_alone);
	tcase_add_test(t, waiting_is_armed_on_its_own);
	tcase_add_test(t, a_scope_keeps_errno_and_refuses_a_second);
	tcase_add_test(t, our_own_thread_has_no_scopes);
	tcase_add_test(t,
	    a_fatal_signal_inside_waits_for_the_end_of_the_scope);
	tcase_add_loop_test(t, a_handler_inside_of_a_scope_is_refused, 0, 2);
	tcase_add_loop_test(t,
	    a_scope_that_a_handler_jumped_out_of_is_mended, 0, 2);
	tcase_add_test(t,
	    what_a_signal_interrupts_is_in_no_scope_that_was_left);
	tcase_add_test(t, a_stack_with_no_room_left_is_no_place_for_a_scope);
	tcase_add_test(t, threads_that_arm_do_not_undo_each_other);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
