/*
 * test_pool - a pool's figures are those of what was told.
 */
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/ticks.h"
#include "tests/unit/toldbed.h"

START_TEST(ticks_agree_with_the_clock)
{
	uint64_t a = ticks_now(), ns = clock_ns();
	uint64_t span, passed;

	spin_ns(20 * NS_PER_MS);
	span = ticks_to_ns(ticks_now() - a);
	passed = clock_ns() - ns;
	ck_assert_uint_ge(span + passed / 500 + 20000, passed);
	ck_assert_uint_le(span, passed + passed / 500 + 20000);
	ticks_calibrate();
	ns = clock_ns();
	a = ticks_to_clock_ns(ticks_now());
	ck_assert_uint_ge(a + 20000, ns);
	ck_assert_uint_le(a, clock_ns() + 20000);
}
END_TEST

START_TEST(a_task_is_counted_at_each_step)
{
	struct pool_stamp s[3] = { { 0 } };
	uint64_t since;

	pool_worker_begin(pool, 0);
	pool_queued(pool, s, 3);
	look();
	ck_assert_str_eq(told.name, "work");
	ck_assert_uint_eq(told.workers, 1);
	ck_assert_uint_eq(told.busy, 0);
	ck_assert_int_eq(told.waiting, 3);
	ck_assert_uint_eq(told.oldest_queued, s[0].queued);
	pool_started(pool, s, 1);
	ck_assert_uint_eq(pool_of(thread_self(), &since), told.number);
	ck_assert_uint_eq(since, s[0].started);
	look();
	ck_assert_uint_eq(told.busy, 1);
	ck_assert_int_eq(told.waiting, 2);
	ck_assert_uint_eq(told.wait.count, 1);
	pool_done(pool, s, 1);
	pool_dropped(pool, s + 1, 1);
	look();
	ck_assert_uint_eq(pool_of(thread_self(), &since), told.number);
	ck_assert_uint_eq(since, 0);
	ck_assert_uint_eq(told.wait.count, 0);
	ck_assert_uint_eq(told.run.count, 1);
	ck_assert_uint_eq(told.queued, 3);
	ck_assert_uint_eq(told.started, 1);
	ck_assert_uint_eq(told.done, 1);
	ck_assert_uint_eq(told.dropped, 1);
	ck_assert_int_eq(told.waiting, 1);
	ck_assert_uint_eq(told.oldest_queued, s[2].queued);
	pool_worker_end(pool);
	look();
	ck_assert_uint_eq(told.workers, 0);
	ck_assert_uint_eq(told.done, 1);
	ck_assert_uint_eq(pool_of(thread_self(), &since), 0);
}
END_TEST

START_TEST(times_are_those_that_passed)
{
	struct pool_stamp s = { 0 };

	pool_worker_begin(pool, 0);
	look();
	pool_queued(pool, &s, 1);
	spin_ns(2 * NS_PER_MS);
	look();
	ck_assert_uint_ge(told.waited_mean_ns, 2 * NS_PER_MS - NS_PER_MS / 50);
	ck_assert(!told.full_now);
	pool_started(pool, &s, 1);
	spin_ns(3 * NS_PER_MS);
	look();
	ck_assert(told.full_now);
	ck_assert_uint_ge(told.full_ns, 3 * NS_PER_MS - NS_PER_MS / 50);
	pool_done(pool, &s, 1);

	uint64_t full = told.full_ns;

	look();
	ck_assert(!told.full_now);
	ck_assert_uint_ge(told.run.max_ns, 3 * NS_PER_MS - NS_PER_MS / 50);
	ck_assert_uint_ge(told.full_ns, full);
	full = told.full_ns;
	spin_ns(NS_PER_MS);
	look();
	ck_assert_uint_eq(told.full_ns, full);
}
END_TEST

START_TEST(a_worker_between_two_tasks_does_not_end_a_full_time)
{
	struct pool_stamp s[3] = { { 0 } };

	pool_worker_begin(pool, 0);
	pool_queued(pool, s, 3);
	pool_started(pool, &s[0], 1);
	look();

	uint64_t since = told.full_since, between;

	ck_assert(told.full_now);
	spin_ns(NS_PER_MS);
	between = clock_ns();
	pool_done(pool, &s[0], 1);
	look();
	if (clock_ns() - between > NS_PER_MS / 10)
		return; /* the machine stood still: too long between them */
	pool_started(pool, &s[1], 1);
	look();
	ck_assert(told.full_now);
	ck_assert_uint_eq(told.full_since, since);
	ck_assert_uint_ge(told.full_ns, NS_PER_MS - NS_PER_MS / 50);
	pool_done(pool, &s[1], 1);
	spin_ns(NS_PER_MS);
	look();
	ck_assert(!told.full_now);
}
END_TEST

/* Works there for a moment, on what came before it did, and ends; how long it
 * may have been seen idle. */
static void *
come_and_go(void *idle)
{
	struct pool_stamp s = { .queued = ticks_now() };
	uint64_t came = clock_ns(), busy, done;

	pool_worker_begin(pool, 0);
	pool_started(pool, &s, 1);
	busy = clock_ns();
	spin_ns(NS_PER_MS / 20);
	done = clock_ns();
	pool_done(pool, &s, 1);
	pool_thread_ends();
	*(uint64_t *)idle += busy - came + clock_ns() - done;
	return NULL;
}

START_TEST(many_that_come_and_go_do_not_end_a_full_time)
{
	enum { GUESTS = 200 };
	struct pool_stamp s = { 0 };
	uint64_t since, full, idle = 0, passed;
	pthread_t th;

	pool_worker_begin(pool, 0);
	pool_started(pool, &s, 1);
	look();
	since = clock_ns();
	full = told.full_ns;
	for (unsigned i = 0; i < GUESTS; i++) {
		ck_assert_int_eq(pthread_create(&th, NULL, come_and_go, &idle),
		    0);
		pthread_join(th, NULL);
	}
	passed = clock_ns() - since;
	look();
	ck_assert_uint_ge(told.full_ns - full + idle, passed - passed / 50);
	ck_assert_uint_eq(told.workers, 1);
	pool_done(pool, &s, 1);
}
END_TEST

START_TEST(several_queues_have_lengths_of_their_own)
{
	struct pool_stamp s[3] = { { .queue = 1 }, { .queue = 1 },
	    { .queue = 3 } };
	struct pool *p = pool_make(&(struct pool_traits){
	    .name = "lanes", .via = "api", .queues = 4, .timed = true,
	    .counts_queue = true });

	pool_queued(p, s, 3);
	pool_started(p, s, 1);
	ck_assert(pool_read(1, &told));
	ck_assert_uint_eq(told.queues, 4);
	ck_assert_uint_eq(told.queue_length[0], 0);
	ck_assert_uint_eq(told.queue_length[1], 1);
	ck_assert_uint_eq(told.queue_length[3], 1);
}
END_TEST

START_TEST(who_takes_the_newest_first_leaves_the_oldest_estimated)
{
	struct pool_stamp s[3] = { { 0 } };

	for (int i = 0; i < 3; i++) {
		pool_queued(pool, &s[i], 1);
		spin_ns(NS_PER_MS);
	}
	look();
	ck_assert_uint_eq(told.oldest_queued, s[0].queued);
	pool_started(pool, &s[2], 1);
	pool_started(pool, &s[1], 1);
	look();
	ck_assert(told.oldest_estimated);
	ck_assert_uint_ge(told.oldest_queued, s[0].queued);
}
END_TEST

enum { MANY = 5000 };
static struct pool_stamp many[MANY];

static void *
queue_half(void *arg)
{
	(void)arg;
	for (unsigned i = MANY / 2; i < MANY; i++)
		pool_queued(pool, &many[i], 1);
	return NULL;
}

/* Within a sixteenth of the queue; to the tick when few wait. */
START_TEST(the_oldest_of_many_is_known)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < MANY; i++)
		pool_queued(pool, &many[i], 1);
	for (unsigned left = MANY; left > 0; left = left * 4 / 5) {
		for (; taken < MANY - left; taken++) {
			pool_started(pool, &many[taken], 1);
			many[taken].started = 0;
		}
		look();
		ck_assert_int_eq(told.waiting, left);
		ck_assert_uint_ge(told.oldest_queued, many[taken].queued);
		ck_assert_uint_le(told.oldest_queued,
		    many[taken + left / 16].queued);
		ck_assert(left > 100 || !told.oldest_estimated);
	}
}
END_TEST

START_TEST(the_oldest_of_several_submitters_is_known)
{
	pthread_t th;
	unsigned taken = MANY / 4;

	for (unsigned i = 0; i < MANY / 2; i++)
		pool_queued(pool, &many[i], 1);
	ck_assert_int_eq(pthread_create(&th, NULL, queue_half, NULL), 0);
	pthread_join(th, NULL);
	for (unsigned i = 0; i < taken; i++) {
		pool_started(pool, &many[i], 1);
		many[i].started = 0;
	}
	look();
	ck_assert_int_eq(told.waiting, MANY - taken);
	ck_assert_uint_ge(told.oldest_queued + 5000, many[taken].queued);
	ck_assert_uint_le(told.oldest_queued,
	    many[taken + (MANY - taken) / 16].queued);
}
END_TEST

START_TEST(an_ended_pool_is_read_once_more)
{
	pool_worker_begin(pool, 0);
	pool_unmake(pool);
	look();
	ck_assert(told.ended);
	ck_assert_uint_eq(told.workers, 0);
	ck_assert(!pool_read(0, &told));
	ck_assert_ptr_nonnull(pool = pool_make(&plain_pool));
	look();
	ck_assert_uint_eq(told.number, 2);
	ck_assert_uint_eq(told.queued, 0);
}
END_TEST

START_TEST(what_was_queued_unseen_does_not_count_as_waiting)
{
	struct pool_stamp unseen = { 0 }, stale = { .queued = 1 };

	pool_started(pool, &unseen, 1);
	pool_done(pool, &unseen, 1);
	pool_started(pool, &stale, 1);
	pool_done(pool, &stale, 1);
	look();
	ck_assert_int_eq(told.waiting, 0);
	ck_assert_uint_eq(told.wait.count, 0);
	ck_assert_uint_eq(told.run.count, 2);
}
END_TEST

START_TEST(a_table_of_pools_that_is_full_says_so)
{
	unsigned made = 1;

	while (pool_make(&plain_pool) != NULL)
		made++;
	ck_assert_uint_eq(made, POOLS);
	ck_assert_uint_eq(pool_lost(), 1);
	pool_queued(NULL, NULL, 0);
	pool_worker_begin(NULL, 0);
}
END_TEST

/* A small pool of our own; every worker knows what it did. */
enum { THREADS = 20, TASKS = 2000 };
static struct pool_stamp tasks[THREADS][TASKS];
static _Atomic unsigned handed[THREADS];

static void *
submit(void *arg)
{
	unsigned me = (unsigned)(uintptr_t)arg;

	for (unsigned i = 0; i < TASKS; i++) {
		pool_queued(pool, &tasks[me][i], 1);
		atomic_store(&handed[me], i + 1);
	}
	return NULL;
}

static void *
work(void *arg)
{
	unsigned me = (unsigned)(uintptr_t)arg;

	pool_worker_begin(pool, 0);
	for (unsigned i = 0; i < TASKS; i++) {
		while (atomic_load(&handed[me]) <= i)
			sched_yield();
		pool_started(pool, &tasks[me][i], 1);
		pool_done(pool, &tasks[me][i], 1);
	}
	return NULL;
}

START_TEST(many_threads_lose_no_task)
{
	pthread_t a[THREADS], b[THREADS];
	uint64_t waits = 0, runs = 0;

	for (uintptr_t i = 0; i < THREADS; i++) {
		pthread_create(&a[i], NULL, submit, (void *)i);
		pthread_create(&b[i], NULL, work, (void *)i);
	}
	for (unsigned i = 0; i < 200; i++) {
		look();
		ck_assert_int_ge(told.waiting, 0);
		ck_assert_uint_le(told.busy, told.workers);
		waits += told.wait.count;
		runs += told.run.count;
		sched_yield();
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(a[i], NULL);
		pthread_join(b[i], NULL);
	}
	look();
	waits += told.wait.count;
	runs += told.run.count;
	ck_assert_uint_eq(waits, THREADS * TASKS);
	ck_assert_uint_eq(runs, THREADS * TASKS);
	ck_assert_uint_eq(told.queued, THREADS * TASKS);
	ck_assert_uint_eq(told.started, THREADS * TASKS);
	ck_assert_uint_eq(told.done, THREADS * TASKS);
	ck_assert_int_eq(told.waiting, 0);
	/* They ended without a word. */
	look();
	ck_assert_uint_eq(told.workers, 0);
}
END_TEST

START_TEST(a_forked_child_begins_with_nothing)
{
	struct pool_stamp s[2] = { { 0 } };

	pool_worker_begin(pool, 0);
	pool_queued(pool, s, 2);
	pool_started(pool, s, 1);
	pool_after_fork_child();
	look();
	ck_assert_int_eq(told.waiting, 0);
	ck_assert_uint_eq(told.queued, 0);
	ck_assert_uint_eq(told.workers, 1);
	pool_done(pool, s, 1);
	look();
	ck_assert_uint_eq(told.busy, 0);
	ck_assert_uint_eq(told.done, 1);
}
END_TEST

static void *
be_a_task(void *arg)
{
	struct pool_stamp s[1] = { { .queued = ticks_now() } };
	struct thread *t = thread_self();
	uint64_t visits = 1;

	pool_started(arg, s, 1);
	ck_assert(pool_thread_is_task(t, &visits));
	ck_assert(!pool_is_told(t));
	ck_assert_uint_eq(visits, 0);
	thread_add(&t->work.visits, 2);
	ck_assert(pool_thread_is_task(t, &visits));
	ck_assert_uint_eq(visits, 2);
	pool_expel(t);
	ck_assert(!pool_thread_is_task(t, &visits));
	ck_assert(!pool_has_me(arg));
	return NULL;
}

START_TEST(who_is_no_task_after_all_is_no_worker)
{
	struct pool_traits t = plain_pool;
	pthread_t thread;

	pool_unmake(pool);
	look();
	t.by_thread = true;
	pool = pool_make(&t);
	ck_assert_int_eq(pthread_create(&thread, NULL, be_a_task, pool), 0);
	pthread_join(thread, NULL);
	look();
	ck_assert(told.full_unclear);
	ck_assert_uint_eq(told.workers, 0);
	ck_assert_uint_eq(told.busy, 0);
	ck_assert_uint_eq(told.started, 1);
	ck_assert_uint_eq(told.done, 0);
	look();
	ck_assert(!told.full_unclear);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pool");
	TCase *c = tcase_create("pool");
	SRunner *run = srunner_create(s);
	int failed;

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, set_up, NULL);
	tcase_add_test(c, ticks_agree_with_the_clock);
	tcase_add_test(c, a_task_is_counted_at_each_step);
	tcase_add_test(c, times_are_those_that_passed);
	tcase_add_test(c,
	    a_worker_between_two_tasks_does_not_end_a_full_time);
	tcase_add_test(c, many_that_come_and_go_do_not_end_a_full_time);
	tcase_add_test(c, several_queues_have_lengths_of_their_own);
	tcase_add_test(c,
	    who_takes_the_newest_first_leaves_the_oldest_estimated);
	tcase_add_test(c, the_oldest_of_many_is_known);
	tcase_add_test(c, the_oldest_of_several_submitters_is_known);
	tcase_add_test(c, an_ended_pool_is_read_once_more);
	tcase_add_test(c, what_was_queued_unseen_does_not_count_as_waiting);
	tcase_add_test(c, a_table_of_pools_that_is_full_says_so);
	tcase_add_test(c, many_threads_lose_no_task);
	tcase_add_test(c, a_forked_child_begins_with_nothing);
	tcase_add_test(c, who_is_no_task_after_all_is_no_worker);
	suite_add_tcase(s, c);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
