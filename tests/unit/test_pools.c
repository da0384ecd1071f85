/*
 * test_pools - which threads are a pool, and what is said of it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/ticks.h"
#include "shim/sched/sync.h"
#include "shim/trace/objects.h"
#include "shim/trace/pools.h"
#include "shim/trace/whereis.h"

enum { THREADS = 8, PERIOD = 1000000000, SEEN = 8 };

static struct task task[THREADS];
static struct sync_scope scope[THREADS];
static unsigned tasks;
static struct poolview seen[SEEN];
static unsigned pools;
static char loop, elsewhere;	/* places in the host */
static char stack[4000];
static char mutex[THREADS][40], cond[THREADS][48];

/* The look at threads, and the names of places, are others' business. */
void
tasks_each(task_fn see, void *arg)
{
	for (unsigned i = 0; i < tasks; i++)
		see(&task[i], arg);
}

void
tasks_name(struct task *t)
{
	memcpy(t->name, "worker-1", sizeof("worker-1"));
}

struct object *
objects_find(uintptr_t pc, uint32_t at)
{
	(void)pc;
	(void)at;
	return NULL;
}

uint64_t
whereis_sleeper(pid_t tid)
{
	(void)tid;
	return (uint64_t)(uintptr_t)&loop;
}

struct symbol_file *
objects_symbols(struct object *m)
{
	(void)m;
	return NULL;
}

void
objects_write_word(struct buf *b, const char *text, size_t max)
{
	buf_bytes(b, text, strnlen(text, max));
}

static void *
work(void *arg)
{
	return arg;
}

static void *
other_work(void *arg)
{
	return arg;
}

static void
begin(void)
{
	ticks_init();
	sync_after_fork_child();
	pools_after_fork_child();
	tasks = 0;
}

static void
end(void)
{
	for (unsigned i = 0; i < tasks; i++)
		thread_cancel(task[i].thread);
}

static unsigned
add(void *(*start)(void *))
{
	struct thread *t = thread_expect(start, NULL, 0);

	task[tasks] = (struct task){
		.thread = t,
		.generation = atomic_load(&t->generation),
		.tid = 1000 + (pid_t)tasks,
		.state = 'S',
	};
	return tasks++;
}

/* Thread @i waits at home, at condition @c. */
static void
wait_at(unsigned i, unsigned c)
{
	struct wait_news news = {
		.kind = WAIT_COND,
		.object = (uint64_t)(uintptr_t)cond[c],
		.caller = &loop,
		.mutex = mutex[c],
	};

	sync_enter(task[i].thread, &scope[i], &news, &stack[3900]);
	task[i].wait = (struct wait_copy){
		.kind = news.kind,
		.object = news.object,
		.caller = (uint64_t)(uintptr_t)news.caller,
	};
}

static void
work_at(unsigned i)
{
	sync_leave(task[i].thread, &scope[i]);
	task[i].wait = (struct wait_copy){ .kind = WAIT_RUN };
	task[i].state = 'R';
}

static void
keep(struct poolview *v, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(pools, SEEN);
	seen[pools++] = *v;
}

static void
infer(void)
{
	pools = 0;
	pools_infer(PERIOD, keep, NULL);
}

START_TEST(threads_that_wait_for_one_condition_are_a_pool)
{
	for (unsigned i = 0; i < 4; i++)
		wait_at(add(work), 0);
	work_at(0);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 3);
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_uint_eq(seen[0].blocked, 0);
	ck_assert_int_eq(seen[0].crew_known, EXACT);
	ck_assert_str_eq(seen[0].via, "inferred");
	ck_assert_int_eq(seen[0].queue_known, ESTIMATED);
}
END_TEST

START_TEST(a_lone_thread_is_no_pool_until_another_comes)
{
	uint64_t busy_ns;

	wait_at(add(work), 0);
	infer();
	ck_assert_uint_eq(pools, 0);
	ck_assert_uint_eq(pools_of(task[0].thread, &busy_ns), 0);
	wait_at(add(work), 0);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(pools_of(task[0].thread, &busy_ns),
	    seen[0].number);
	ck_assert_uint_eq(busy_ns, 0);
}
END_TEST

START_TEST(what_is_left_of_a_pool_is_still_that_pool)
{
	wait_at(add(work), 0);
	wait_at(add(work), 0);
	infer();

	unsigned number = seen[0].number;

	thread_cancel(task[--tasks].thread);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 1);
	ck_assert_uint_eq(seen[0].number, number);
}
END_TEST

START_TEST(workers_with_a_queue_each_are_one_pool)
{
	for (unsigned i = 0; i < 3; i++)
		wait_at(add(work), i);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 3);
	ck_assert_uint_eq(seen[0].queues, 3);
	/* So far, what they wait for may be anything. */
	ck_assert_int_eq(seen[0].crew_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	work_at(0);
	infer();
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
	ck_assert_uint_eq(seen[0].busy, 1);
}
END_TEST

START_TEST(two_conditions_with_two_workers_each_are_two_pools)
{
	for (unsigned i = 0; i < 4; i++)
		wait_at(add(work), i / 2);
	infer();
	ck_assert_uint_eq(pools, 2);
	ck_assert_uint_eq(seen[0].workers, 2);
	ck_assert_uint_eq(seen[1].workers, 2);
	ck_assert_uint_ne(seen[0].number, seen[1].number);
}
END_TEST

START_TEST(other_start_routines_are_other_pools)
{
	wait_at(add(work), 0);
	wait_at(add(other_work), 1);
	infer();
	ck_assert_uint_eq(pools, 0);
}
END_TEST

START_TEST(a_thread_that_began_with_a_task_belongs_to_its_kind)
{
	wait_at(add(work), 0);
	wait_at(add(work), 0);
	add(work);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 3);
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
}
END_TEST

START_TEST(a_worker_that_waits_in_a_task_as_it_does_at_home_is_blocked)
{
	struct wait_news news = {
		.kind = WAIT_COND,
		.object = (uint64_t)(uintptr_t)cond[0],
		.caller = &loop,
		.mutex = mutex[0],
	};

	wait_at(add(work), 0);
	wait_at(add(work), 0);
	work_at(0);
	sync_enter(task[0].thread, &scope[0], &news, &stack[100]);
	task[0].wait = task[1].wait;
	infer();
	ck_assert_uint_eq(seen[0].idle, 1);
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_uint_eq(seen[0].blocked, 1);
}
END_TEST

START_TEST(a_busy_worker_that_waits_for_something_is_blocked)
{
	wait_at(add(work), 0);
	wait_at(add(work), 0);
	work_at(0);
	task[0].wait = (struct wait_copy){
		.kind = WAIT_MUTEX,
		.object = 1,
		.caller = (uint64_t)(uintptr_t)&elsewhere,
	};
	infer();
	ck_assert_uint_eq(seen[0].busy, 1);
	ck_assert_uint_eq(seen[0].blocked, 1);
}
END_TEST

/* Two busy workers, and three tasks that wait. */
static void
make_busy(void)
{
	struct thread *feeder = task[add(other_work)].thread;

	wait_at(add(work), 0);
	wait_at(add(work), 0);
	for (unsigned i = 0; i < 5; i++) {
		sync_locked_gate(feeder, mutex[0], &elsewhere);
		sync_signal_gate(feeder, cond[0]);
	}
	work_at(1);
	work_at(2);
}

START_TEST(the_queue_and_who_waits_longest_are_estimated)
{
	make_busy();
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_int_eq(seen[0].queue_known, ESTIMATED);
	ck_assert_uint_eq(seen[0].waiting, 3);
	ck_assert_int_eq(seen[0].oldest_known, ESTIMATED);
	ck_assert_uint_gt(seen[0].oldest_ns, 0);
	ck_assert_uint_ne(seen[0].full_since_ns, 0);
}
END_TEST

START_TEST(what_busy_workers_take_is_told_once_one_was_seen_to_come_back)
{
	make_busy();
	infer();
	ck_assert_uint_eq(seen[0].busy, 2);
	ck_assert_int_eq(seen[0].rate_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].longest_known, NOT_KNOWN);
	sync_locked_gate(task[1].thread, mutex[0], &loop);
	infer();
	ck_assert_uint_eq(seen[0].waiting, 2);
	ck_assert_int_eq(seen[0].rate_known, ESTIMATED);
	ck_assert_int_eq(seen[0].longest_known, ESTIMATED);
}
END_TEST

START_TEST(a_queue_that_was_emptied_unseen_is_not_estimated_again)
{
	make_busy();
	for (unsigned i = 0; i < 4; i++) {
		sync_locked_gate(task[0].thread, mutex[0], &elsewhere);
		sync_signal_gate(task[0].thread, cond[0]);
	}
	wait_at(1, 0);	/* although seven wait */
	infer();
	work_at(1);
	sync_locked_gate(task[0].thread, mutex[0], &elsewhere);
	infer();
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].wait.known, NOT_KNOWN);
}
END_TEST

/* The kernel says that thread @i sleeps in a call that announces nothing. */
static void
sleep_at(unsigned i, uint64_t sp)
{
	task[i].blocked = (struct procfs_blocked){
		.nr = 0, .sp = sp, .pc = 0x1000,
	};
}

START_TEST(threads_that_sleep_unannounced_at_one_place_are_a_pool)
{
	for (unsigned i = 0; i < 4; i++)
		sleep_at(add(work), 0x7000);
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 4);
	ck_assert_int_eq(seen[0].crew_known, NOT_KNOWN);
	sleep_at(0, 0x6000);	/* deeper: in a task */
	sleep_at(1, 0);		/* not asleep */
	infer();
	ck_assert_uint_eq(seen[0].workers, 4);
	ck_assert_uint_eq(seen[0].idle, 2);
	ck_assert_uint_eq(seen[0].busy, 2);
	ck_assert_int_eq(seen[0].rate_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].full_known, NOT_KNOWN);
	sleep_at(0, 0x7000);	/* and back */
	infer();
	ck_assert_uint_eq(seen[0].idle, 3);
	ck_assert_int_eq(seen[0].crew_known, ESTIMATED);
}
END_TEST

START_TEST(who_sleeps_nearer_to_the_start_than_it_waits_is_idle_there)
{
	for (unsigned i = 0; i < 3; i++)
		wait_at(add(work), 0);
	for (unsigned i = 0; i < 3; i++) {
		work_at(i);
		sleep_at(i, (uint64_t)(uintptr_t)&stack[0] + 10000);
	}
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].workers, 3);
	ck_assert_uint_eq(seen[0].idle, 3);
	for (unsigned i = 0; i < 3; i++) {
		wait_at(i, 0);
		sleep_at(i, 0);
	}
	infer();
	ck_assert_uint_eq(pools, 1);
	ck_assert_uint_eq(seen[0].idle, 0);
	ck_assert_uint_eq(seen[0].blocked, 3);
}
END_TEST

START_TEST(tasks_that_came_unseen_are_tasks_all_the_same)
{
	struct thread *t;

	wait_at(add(work), 0);
	wait_at(add(work), 0);
	t = task[0].thread;
	work_at(0);
	for (unsigned i = 0; i < 10; i++) {
		uint64_t then = ticks_now();

		while (ticks_to_ns(ticks_now() - then) < 100000)
			;
		sync_locked_gate(t, mutex[0], &loop);
	}
	infer();
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].wait.known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].run.known, ESTIMATED);
	ck_assert_int_eq(seen[0].rate_known, ESTIMATED);
	ck_assert_uint_eq(seen[0].done, 10);
}
END_TEST

START_TEST(what_does_not_fit_is_not_estimated)
{
	wait_at(add(work), 0);
	wait_at(add(work), 0);
	work_at(0);
	for (unsigned i = 0; i < 10; i++)
		sync_locked_gate(task[0].thread, mutex[0], &loop);
	infer();
	ck_assert_int_eq(seen[0].queue_known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].wait.known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].run.known, NOT_KNOWN);
	ck_assert_int_eq(seen[0].rate_known, NOT_KNOWN);
	ck_assert_uint_eq(seen[0].workers, 2);
	ck_assert_uint_eq(seen[0].busy, 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pools");
	TCase *tc = tcase_create("pools");
	SRunner *r = srunner_create(s);

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, threads_that_wait_for_one_condition_are_a_pool);
	tcase_add_test(tc, a_lone_thread_is_no_pool_until_another_comes);
	tcase_add_test(tc, what_is_left_of_a_pool_is_still_that_pool);
	tcase_add_test(tc, workers_with_a_queue_each_are_one_pool);
	tcase_add_test(tc, two_conditions_with_two_workers_each_are_two_pools);
	tcase_add_test(tc, other_start_routines_are_other_pools);
	tcase_add_test(tc, a_thread_that_began_with_a_task_belongs_to_its_kind);
	tcase_add_test(tc, a_busy_worker_that_waits_for_something_is_blocked);
	tcase_add_test(tc, the_queue_and_who_waits_longest_are_estimated);
	tcase_add_test(tc,
	    threads_that_sleep_unannounced_at_one_place_are_a_pool);
	tcase_add_test(tc,
	    who_sleeps_nearer_to_the_start_than_it_waits_is_idle_there);
	tcase_add_test(tc,
	    a_worker_that_waits_in_a_task_as_it_does_at_home_is_blocked);
	tcase_add_test(tc, tasks_that_came_unseen_are_tasks_all_the_same);
	tcase_add_test(tc, what_does_not_fit_is_not_estimated);
	tcase_add_test(tc,
	    what_busy_workers_take_is_told_once_one_was_seen_to_come_back);
	tcase_add_test(tc,
	    a_queue_that_was_emptied_unseen_is_not_estimated_again);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
