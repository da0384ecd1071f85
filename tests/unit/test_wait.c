/*
 * test_wait - what a reader sees is always one wait, whole.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "shim/sched/thread.h"

static _Atomic(struct thread *) subject;
static _Atomic int stop;

START_TEST(a_wait_is_read_as_it_was_announced)
{
	struct thread *t = thread_self();
	struct wait_copy outer, seen;
	uint64_t before = clock_ns();

	ck_assert(wait_read(t, &seen));
	ck_assert_int_eq(seen.kind, WAIT_RUN);
	wait_enter(t, &(struct wait_news){ .kind = WAIT_COND, .object = 0x40,
	    .caller = (void *)0x1234 }, &outer);
	ck_assert(wait_read(t, &seen));
	ck_assert_int_eq(seen.kind, WAIT_COND);
	ck_assert_uint_eq(seen.object, 0x40);
	ck_assert_uint_eq(seen.caller, 0x1234);
	ck_assert_uint_ge(seen.since_ns, before);
	wait_leave(t, &outer);
	ck_assert(wait_read(t, &seen));
	ck_assert_int_eq(seen.kind, WAIT_RUN);
}
END_TEST

START_TEST(an_inner_wait_gives_the_outer_one_back)
{
	struct thread *t = thread_self();
	struct wait_copy outer, inner, first, seen;

	wait_enter(t, &(struct wait_news){ .kind = WAIT_POLL, .object = 3 },
	    &outer);
	ck_assert(wait_read(t, &first));
	wait_enter(t, &(struct wait_news){ .kind = WAIT_SEM, .object = 0x80 },
	    &inner);
	ck_assert(wait_read(t, &seen));
	ck_assert_int_eq(seen.kind, WAIT_SEM);
	wait_leave(t, &inner);
	ck_assert(wait_read(t, &seen));
	ck_assert_int_eq(seen.kind, WAIT_POLL);
	ck_assert_uint_eq(seen.object, 3);
	ck_assert_uint_eq(seen.since_ns, first.since_ns);
	wait_leave(t, &outer);
	ck_assert(wait_read(t, &seen));
	ck_assert_int_eq(seen.kind, WAIT_RUN);
}
END_TEST

START_TEST(a_handler_in_the_middle_of_a_change_announces_nothing)
{
	struct thread *t = thread_self();
	struct wait_copy outer;
	uint64_t waits = atomic_load(&t->waits);

	atomic_fetch_add(&t->wait.seq, 1); /* as interrupted in a change */
	wait_enter(t, &(struct wait_news){ .kind = WAIT_SEM, .object = 1 },
	    &outer);
	ck_assert_uint_eq(atomic_load(&t->wait.kind), WAIT_RUN);
	wait_leave(t, &outer);
	ck_assert_uint_eq(atomic_load(&t->waits), waits);
	ck_assert_uint_eq(atomic_load(&t->wait.seq) & 1, 1);
	atomic_fetch_add(&t->wait.seq, 1);
}
END_TEST

START_TEST(only_locks_count_as_lockwait)
{
	struct thread *t = thread_self();
	struct wait_copy outer, seen;
	uint64_t before = atomic_load(&t->lockwait_ns);

	wait_enter(t, &(struct wait_news){ .kind = WAIT_COND }, &outer);
	wait_leave(t, &outer);
	ck_assert_uint_eq(atomic_load(&t->lockwait_ns), before);
	wait_enter(t, &(struct wait_news){ .kind = WAIT_MUTEX }, &outer);
	ck_assert(wait_read(t, &seen));
	while (clock_ns() == seen.since_ns)
		;
	wait_leave(t, &outer);
	ck_assert_uint_gt(atomic_load(&t->lockwait_ns), before);
}
END_TEST

/* Waits whose words all derive from one number, so a mixture shows. */
static void *
wait_and_wait(void *arg)
{
	struct thread *t = thread_self();

	(void)arg;
	atomic_store(&subject, t);
	for (uint64_t i = 1; atomic_load(&stop) == 0; i++) {
		struct wait_copy outer;

		wait_enter(t, &(struct wait_news){
		    .kind = i % 2 != 0 ? WAIT_MUTEX : WAIT_SEM,
		    .object = i,
		    .caller = (void *)(uintptr_t)(i * 2),
		    .holder = i * 3,
		}, &outer);
		wait_leave(t, &outer);
	}
	return NULL;
}

START_TEST(a_reader_never_sees_a_mixture_of_two_waits)
{
	struct wait_copy seen;
	unsigned whole = 0;
	pthread_t th;

	atomic_store(&stop, 0);
	atomic_store(&subject, NULL);
	ck_assert_int_eq(pthread_create(&th, NULL, wait_and_wait, NULL), 0);
	while (atomic_load(&subject) == NULL)
		;
	while (whole < 20000) {
		if (!wait_read(atomic_load(&subject), &seen) ||
		    seen.kind == WAIT_RUN)
			continue;
		ck_assert_uint_eq(seen.caller, seen.object * 2);
		ck_assert_uint_eq(seen.holder, seen.object * 3);
		ck_assert_int_eq(seen.kind,
		    seen.object % 2 != 0 ? WAIT_MUTEX : WAIT_SEM);
		whole++;
	}
	atomic_store(&stop, 1);
	pthread_join(th, NULL);
}
END_TEST

static Suite *
wait_suite(void)
{
	Suite *s = suite_create("wait");
	TCase *c = tcase_create("wait");

	tcase_set_timeout(c, 120);
	tcase_add_test(c, a_wait_is_read_as_it_was_announced);
	tcase_add_test(c, an_inner_wait_gives_the_outer_one_back);
	tcase_add_test(c,
	    a_handler_in_the_middle_of_a_change_announces_nothing);
	tcase_add_test(c, only_locks_count_as_lockwait);
	tcase_add_test(c, a_reader_never_sees_a_mixture_of_two_waits);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(wait_suite());
	int failed;

	clock_init();
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
