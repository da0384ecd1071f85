/*
 * test_thread - the registry: one record per thread, given back when the
 * kernel says that the thread is gone, counters that lose nothing.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "shim/sched/thread.h"

enum { MANY = 64, ROUNDS = 1000 };

static _Atomic unsigned released;

static void
count_release(struct thread *t)
{
	(void)t;
	atomic_fetch_add(&released, 1);
}

static void *
begin_and_count(void *arg)
{
	struct thread *t = arg;

	thread_begin(t, THREAD_HOST);
	for (int i = 0; i < ROUNDS; i++) {
		thread_add(&thread_self()->nalloc, 1);
		thread_add(&thread_self()->nfree, 1);
	}
	return NULL;
}

static pthread_t
run_one(void)
{
	struct thread *t = thread_expect(begin_and_count, NULL, 65536);
	pthread_t th;

	ck_assert_ptr_nonnull(t);
	ck_assert_int_eq(pthread_create(&th, NULL, begin_and_count, t), 0);
	return th;
}

START_TEST(the_same_thread_always_gets_the_same_record)
{
	struct thread *t = thread_self();

	ck_assert_ptr_nonnull(t);
	ck_assert_ptr_eq(thread_self(), t);
	ck_assert_int_eq(atomic_load(&t->tid), (int)getpid());
	ck_assert_int_eq(thread_own_tid(), (int)getpid());
	ck_assert_uint_gt(t->stack_high, (uintptr_t)&t);
	ck_assert_uint_lt(t->stack_low, (uintptr_t)&t);
}
END_TEST

START_TEST(totals_keep_what_ended_threads_counted)
{
	struct thread_totals before, after;

	thread_self();
	thread_totals(&before);
	for (int round = 0; round < 40; round++) {
		pthread_t th[MANY];

		for (int i = 0; i < MANY; i++)
			th[i] = run_one();
		for (int i = 0; i < MANY; i++)
			ck_assert_int_eq(pthread_join(th[i], NULL), 0);
	}
	thread_totals(&after);
	ck_assert_uint_eq(after.nalloc - before.nalloc, 40ull * MANY * ROUNDS);
	ck_assert_uint_eq(after.nfree - before.nfree, 40ull * MANY * ROUNDS);
	ck_assert_uint_eq(after.created - before.created, 40ull * MANY);
}
END_TEST

START_TEST(records_of_gone_threads_are_used_again)
{
	thread_self();
	for (int i = 0; i < 3000; i++)
		ck_assert_int_eq(pthread_join(run_one(), NULL), 0);
	ck_assert_uint_le(thread_limit(), 256 * 3);
	thread_reap();

	struct thread_totals totals;

	thread_totals(&totals);
	ck_assert_uint_le(totals.live, 2);
	ck_assert_uint_eq(totals.created - totals.ended, totals.live);
	ck_assert_uint_gt(atomic_load(&released), 0);
}
END_TEST

START_TEST(a_failed_creation_leaves_no_record_in_use)
{
	struct thread_totals before, after;

	thread_totals(&before);
	for (int i = 0; i < 1000; i++)
		thread_cancel(thread_expect(begin_and_count, NULL, 0));
	thread_totals(&after);
	ck_assert_uint_eq(after.live, before.live);
	ck_assert_uint_eq(after.created, before.created);
	ck_assert_uint_le(thread_limit(), 256);
}
END_TEST

struct meeting {
	pthread_barrier_t in, out;
	pid_t tid;
};

static void *
come_another_way(void *arg)
{
	struct meeting *m = arg;

	m->tid = gettid(); /* it has no record until it asks for one */
	pthread_barrier_wait(&m->in);
	pthread_barrier_wait(&m->out);
	return thread_self();
}

static void
find_found(struct thread *t, void *arg)
{
	if (atomic_load(&t->found) != 0)
		*(struct thread **)arg = t;
}

START_TEST(a_thread_takes_over_the_record_that_was_made_for_it)
{
	struct meeting m;
	pthread_t th;
	void *mine;
	struct thread *found = NULL;

	pthread_barrier_init(&m.in, NULL, 2);
	pthread_barrier_init(&m.out, NULL, 2);
	thread_self();
	ck_assert_int_eq(pthread_create(&th, NULL, come_another_way, &m), 0);
	pthread_barrier_wait(&m.in);
	found = thread_found(m.tid);
	ck_assert_ptr_nonnull(found);
	pthread_barrier_wait(&m.out);
	ck_assert_int_eq(pthread_join(th, &mine), 0);
	ck_assert_ptr_eq(mine, found);
	found = NULL;
	thread_each(find_found, &found);
	ck_assert_ptr_null(found);
}
END_TEST

struct late {
	struct meeting m;
	struct thread *own;
};

static void *
begin_late(void *arg)
{
	struct late *l = arg;

	l->m.tid = gettid();
	pthread_barrier_wait(&l->m.in);
	pthread_barrier_wait(&l->m.out);
	thread_begin(l->own, THREAD_HOST);
	pthread_barrier_wait(&l->m.in);
	pthread_barrier_wait(&l->m.out);
	return thread_self();
}

static void
count_tid(struct thread *t, void *arg)
{
	pid_t *tid = arg;

	if (atomic_load(&t->tid) == tid[0])
		tid[1]++;
}

/* Whoever looked at a record of a thread that has two may come when that was
 * given back, and waits for its next thread to begin. */
START_TEST(a_record_is_nobodys_but_the_thread_that_it_was_made_for)
{
	struct thread *mine = thread_self();
	struct thread *next = thread_expect(come_another_way, NULL, 0);
	pid_t tid = thread_own_tid();

	ck_assert_ptr_eq(thread_keep_one(next, mine, tid), mine);
	atomic_store(&next->found, 1);
	ck_assert_ptr_eq(thread_keep_one(mine, next, tid), mine);
	atomic_store(&next->found, 0);
	ck_assert_uint_eq(atomic_load(&next->kind), THREAD_HOST);
	ck_assert_uint_eq(atomic_load(&next->start_routine),
	    (uint64_t)(uintptr_t)come_another_way);
	ck_assert_uint_eq(atomic_load(&mine->kind), THREAD_HOST);
	thread_cancel(next);
}
END_TEST

START_TEST(a_thread_that_was_found_before_it_began_has_one_record)
{
	struct late l;
	pthread_t th;
	void *mine;
	pid_t seen[2] = { 0, 0 };

	pthread_barrier_init(&l.m.in, NULL, 2);
	pthread_barrier_init(&l.m.out, NULL, 2);
	thread_self();
	l.own = thread_expect(begin_late, NULL, 0);
	ck_assert_int_eq(pthread_create(&th, NULL, begin_late, &l), 0);
	pthread_barrier_wait(&l.m.in);
	ck_assert_ptr_nonnull(thread_found(l.m.tid));
	pthread_barrier_wait(&l.m.out);
	pthread_barrier_wait(&l.m.in);
	seen[0] = l.m.tid;
	thread_each(count_tid, seen);
	ck_assert_int_eq(seen[1], 1);
	/* One that has begun is not found again. */
	ck_assert_ptr_null(thread_found(l.m.tid));
	seen[1] = 0;
	thread_each(count_tid, seen);
	ck_assert_int_eq(seen[1], 1);
	pthread_barrier_wait(&l.m.out);
	ck_assert_int_eq(pthread_join(th, &mine), 0);
	ck_assert_ptr_eq(mine, l.own);
}
END_TEST

START_TEST(the_child_keeps_its_own_record_and_the_totals)
{
	struct thread_totals before;
	int status;

	thread_self();
	ck_assert_int_eq(pthread_join(run_one(), NULL), 0);
	thread_totals(&before);

	pid_t pid = fork();

	if (pid == 0) {
		struct thread_totals mine;

		thread_after_fork_child();
		thread_totals(&mine);
		_exit(mine.live == 1 && mine.nalloc == before.nalloc &&
		    atomic_load(&thread_self()->tid) == getpid() &&
		    mine.created == 1 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_rename_is_seen_by_the_thread_itself)
{
	struct thread *t = thread_self();

	pthread_setname_np(pthread_self(), "before");
	thread_renamed(0);
	ck_assert_str_eq(thread_own_name(t), "before");
	pthread_setname_np(pthread_self(), "after");
	thread_renamed((uint64_t)(uintptr_t)pthread_self());
	ck_assert_str_eq(thread_own_name(t), "after");
}
END_TEST

static Suite *
thread_suite(void)
{
	Suite *s = suite_create("thread");
	TCase *c = tcase_create("thread");

	tcase_set_timeout(c, 120);
	tcase_add_test(c, the_same_thread_always_gets_the_same_record);
	tcase_add_test(c, totals_keep_what_ended_threads_counted);
	tcase_add_test(c, records_of_gone_threads_are_used_again);
	tcase_add_test(c, a_failed_creation_leaves_no_record_in_use);
	tcase_add_test(c, a_thread_takes_over_the_record_that_was_made_for_it);
	tcase_add_test(c,
	    a_record_is_nobodys_but_the_thread_that_it_was_made_for);
	tcase_add_test(c,
	    a_thread_that_was_found_before_it_began_has_one_record);
	tcase_add_test(c, the_child_keeps_its_own_record_and_the_totals);
	tcase_add_test(c, a_rename_is_seen_by_the_thread_itself);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(thread_suite());
	int failed;

	clock_init();
	thread_on_release(count_release);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
