/*
 * test_tasks - a look at threads whose states are known.
 */
#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "shim/proc/cpus.h"
#include "shim/sched/thread.h"
#include "shim/tasks/tasks.h"

/* In no cgroup: nothing here asks for throttling. */
bool
cpus_cgroup(char *dir, size_t cap, int *version)
{
	(void)dir;
	(void)cap;
	(void)version;
	return false;
}

enum { BUDGET_NS = 1000000000 };

static pthread_barrier_t in;
static sem_t go;
static _Atomic int stop;
static struct tasks_look look;

/* A thread that announces its wait, and one that does not. */
static void *
announce(void *arg)
{
	struct thread *t = thread_self();
	struct wait_copy outer;

	pthread_barrier_wait(&in);
	wait_enter(t, &(struct wait_news){ .kind = WAIT_MUTEX, .object = 1 },
	    &outer);
	sem_wait(&go);
	wait_leave(t, &outer);
	return arg;
}

static void *
keep_silent(void *arg)
{
	pthread_barrier_wait(&in);
	sem_wait(&go);
	return arg;
}

static void *
compute(void *arg)
{
	pthread_barrier_wait(&in);
	while (atomic_load(&stop) == 0)
		;
	return arg;
}

struct seen {
	unsigned n, mutex;
};

static void
see(struct task *task, void *arg)
{
	struct seen *s = arg;

	tasks_name(task);
	ck_assert_str_eq(task->name, "test_tasks");
	s->n++;
	s->mutex += task->wait.kind == WAIT_MUTEX;
}

static void
start(pthread_t *th, unsigned n, void *(*routine)(void *))
{
	pthread_barrier_init(&in, NULL, n + 1);
	for (unsigned i = 0; i < n; i++)
		ck_assert_int_eq(pthread_create(&th[i], NULL, routine, NULL),
		    0);
	pthread_barrier_wait(&in);
}

static void
count_announced(struct task *task, void *arg)
{
	*(unsigned *)arg += task->wait.kind == WAIT_MUTEX;
}

/* Looks until @idle threads are idle and @announced have said so: who is still
 * in the barrier sleeps, too. */
static void
look_until_idle(unsigned idle, unsigned announced)
{
	unsigned n;

	do {
		n = 0;
		tasks_look(&look, BUDGET_NS);
		tasks_each(count_announced, &n);
	} while (look.idle != idle || n != announced);
}

/* A look takes time: two threads may have had one CPU in it. */
static unsigned
cpus_in_use(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < TASKS_CPUS / 64; i++)
		n += (unsigned)__builtin_popcountll(look.running_cpus[i]);
	return n;
}

START_TEST(every_thread_of_the_kernel_is_met_once)
{
	struct seen s = { 0 };
	pthread_t th[20];

	sem_init(&go, 0, 0);
	start(th, 10, announce);
	start(th + 10, 10, keep_silent);
	look_until_idle(20, 10);
	tasks_look(&look, BUDGET_NS);
	ck_assert_uint_eq(look.threads, 21);
	ck_assert(look.kernel_tells);
	ck_assert(!look.estimated);
	ck_assert_uint_eq(cpus_in_use(), 1);
	tasks_each(see, &s);
	ck_assert_uint_eq(s.n, 21);
	ck_assert_uint_eq(s.mutex, 10);
	for (int i = 0; i < 20; i++)
		sem_post(&go);
	for (int i = 0; i < 20; i++)
		pthread_join(th[i], NULL);
	tasks_look(&look, BUDGET_NS);
	ck_assert_uint_eq(look.threads, 1);
	ck_assert_uint_eq(look.idle, 0);
}
END_TEST

/* A record that was made for a thread which had one, and could not be given
 * back then, lies behind the thread's own in the table. */
START_TEST(of_two_records_of_one_thread_the_older_goes)
{
	struct thread *other;

	thread_after_fork_child();	/* check has forked */
	tasks_look(&look, BUDGET_NS);
	ck_assert_uint_eq(look.threads, 1);
	other = thread_expect(NULL, NULL, 0);
	ck_assert_ptr_nonnull(other);
	atomic_store(&other->born_ns, 0);
	atomic_store(&other->tid, thread_own_tid());
	tasks_look(&look, BUDGET_NS);
	ck_assert_uint_eq(look.threads, 1);
	ck_assert(look.threads_agreed);
	ck_assert_uint_eq(atomic_load(&other->kind), THREAD_FREE);
	ck_assert_uint_eq(atomic_load(&thread_self()->kind), THREAD_HOST);
}
END_TEST

/* A thread that was found as it began is in the table by both records until it
 * gives the other back, and goes on with its own. */
START_TEST(of_two_records_of_one_thread_the_one_that_was_found_goes)
{
	struct thread *mine, *other;

	thread_after_fork_child();	/* check has forked */
	tasks_look(&look, BUDGET_NS);
	mine = thread_self();
	other = thread_expect(NULL, NULL, 0);
	ck_assert_ptr_nonnull(other);
	atomic_store(&other->found, 2);	/* and being given back */
	atomic_store(&other->born_ns, clock_ns() + 1);
	atomic_store(&other->tid, thread_own_tid());
	tasks_look(&look, BUDGET_NS);
	ck_assert_uint_eq(look.threads, 1);
	ck_assert(look.threads_agreed);
	ck_assert_uint_eq(atomic_load(&other->kind), THREAD_FREE);
	ck_assert_uint_eq(atomic_load(&mine->kind), THREAD_HOST);
	ck_assert_ptr_eq(thread_self(), mine);
}
END_TEST

static void
find_named(struct task *task, void *arg)
{
	tasks_name(task);
	*(unsigned *)arg += strcmp(task->name, "named_late") == 0;
}

/* Looks until @n threads are found to be named like that. */
static bool
look_until_named(unsigned n)
{
	unsigned found;

	/* However long ago it was read last: that is after twice as many. */
	for (unsigned i = 0; i < 1u << 20; i++) {
		found = 0;
		tasks_look(&look, BUDGET_NS);
		tasks_each(find_named, &found);
		if (found == n)
			return true;
	}
	return false;
}

START_TEST(a_name_that_a_sleeper_is_given_is_found)
{
	pthread_t th[2];
	bool named, renamed;

	start(th, 2, announce);
	look_until_idle(2, 2);
	ck_assert(look_until_named(0));
	pthread_setname_np(th[0], "named_late");
	named = look_until_named(1);
	pthread_setname_np(th[0], "another");
	renamed = look_until_named(0);
	for (unsigned i = 0; i < 2; i++)
		sem_post(&go);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(th[i], NULL);
	ck_assert(named);
	ck_assert(renamed);
}
END_TEST

START_TEST(waiting_for_locks_adds_up)
{
	uint64_t before, spent;
	pthread_t th[2];

	sem_init(&go, 0, 0);
	start(th, 2, announce);
	look_until_idle(2, 2);
	before = look.lockwait_ns;
	spent = look.at_ns;
	tasks_look(&look, BUDGET_NS);

	/* The stamp's rate is measured anew with each look. */
	int64_t off = (int64_t)(look.lockwait_ns - before) -
	    (int64_t)(2 * (look.at_ns - spent));

	ck_assert_int_lt(off, 100000);
	ck_assert_int_gt(off, -100000);
	sem_post(&go);
	sem_post(&go);
	pthread_join(th[0], NULL);
	pthread_join(th[1], NULL);
	before = tasks_lockwait(clock_ns());
	ck_assert_uint_ge(before, look.lockwait_ns);
	/* They are gone, and what they waited is not. */
	tasks_look(&look, BUDGET_NS);
	ck_assert_uint_eq(look.lockwait_ns, before);
}
END_TEST

START_TEST(more_computing_threads_than_processors_queue_up)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = (unsigned)cpus * 2, queued = 0;
	pthread_t th[256];

	if (n > 256)
		return;
	atomic_store(&stop, 0);
	start(th, n, compute);
	for (int i = 0; i < 20; i++) {
		tasks_look(&look, BUDGET_NS);
		ck_assert_uint_eq(look.threads, n + 1);
		queued += look.queued;
		ck_assert_uint_ge(cpus_in_use(), 1);
		ck_assert_uint_le(cpus_in_use(), (unsigned)cpus);
	}
	atomic_store(&stop, 1);
	for (unsigned i = 0; i < n; i++)
		pthread_join(th[i], NULL);
	ck_assert_uint_gt(queued, 0);
}
END_TEST

START_TEST(a_small_budget_is_said_to_be_one)
{
	pthread_t th[200];

	sem_init(&go, 0, 0);
	start(th, 200, keep_silent);
	tasks_look(&look, 1);
	ck_assert(look.estimated);
	ck_assert_uint_eq(look.threads, 201);
	for (int i = 0; i < 200; i++)
		sem_post(&go);
	for (int i = 0; i < 200; i++)
		pthread_join(th[i], NULL);
}
END_TEST

static void
count_untimed(struct task *task, void *arg)
{
	*(unsigned *)arg += !task->timed;
}

static unsigned
untimed_after(uint64_t budget_ns)
{
	unsigned n = 0;

	tasks_look(&look, budget_ns);
	tasks_each(count_untimed, &n);
	return n;
}

START_TEST(the_times_of_threads_left_unread_are_of_no_period)
{
	pthread_t th[200];

	sem_init(&go, 0, 0);
	start(th, 200, keep_silent);
	untimed_after(BUDGET_NS);
	ck_assert_uint_eq(untimed_after(BUDGET_NS), 0);
	ck_assert_uint_gt(untimed_after(1), 0);
	/* What they are read to have used is of both periods. */
	ck_assert_uint_gt(untimed_after(BUDGET_NS), 0);
	ck_assert_uint_eq(untimed_after(BUDGET_NS), 0);
	for (int i = 0; i < 200; i++)
		sem_post(&go);
	for (int i = 0; i < 200; i++)
		pthread_join(th[i], NULL);
}
END_TEST

static Suite *
tasks_suite(void)
{
	Suite *s = suite_create("tasks");
	TCase *c = tcase_create("tasks");

	tcase_set_timeout(c, 120);
	tcase_add_test(c, every_thread_of_the_kernel_is_met_once);
	tcase_add_test(c, of_two_records_of_one_thread_the_older_goes);
	tcase_add_test(c,
	    of_two_records_of_one_thread_the_one_that_was_found_goes);
	tcase_add_test(c, a_name_that_a_sleeper_is_given_is_found);
	tcase_add_test(c, waiting_for_locks_adds_up);
	tcase_add_test(c, more_computing_threads_than_processors_queue_up);
	tcase_add_test(c, a_small_budget_is_said_to_be_one);
	tcase_add_test(c, the_times_of_threads_left_unread_are_of_no_period);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(tasks_suite());
	int failed;

	clock_init();
	thread_self();
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
