/*
 * test_threadwalk - where another thread is, blocked or running.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim/proc/cpus.h"
#include "shim/tasks/stackscan.h"
#include "shim/tasks/threadwalk.h"
#include "shim/tasks/unload.h"

/* In no cgroup: nothing here asks for throttling. */
bool
cpus_cgroup(char *dir, size_t cap, int *version)
{
	(void)dir;
	(void)cap;
	(void)version;
	return false;
}

static int quiet[2];
static _Atomic pid_t tid;
static _Atomic int stop;

/* These return addresses lie in two functions that wait, or compute. */
static void *_Atomic outer_from, *_Atomic inner_from;

static __attribute__((noinline)) void
inner(void)
{
	char c;

	inner_from = __builtin_return_address(0);
	if (read(quiet[0], &c, 1) < 0)
		inner_from = NULL;
}

static __attribute__((noinline)) void
outer(void)
{
	outer_from = __builtin_return_address(0);
	inner();
	outer_from = NULL;
}

static void *
block(void *arg)
{
	tid = (pid_t)syscall(SYS_gettid);
	outer();
	return arg;
}

#ifdef __clang__
#define WITH_FRAME_POINTER	/* clang has none for a function */
#else
#define WITH_FRAME_POINTER \
	__attribute__((optimize("no-omit-frame-pointer")))
#endif

/* Leaves frames with frame pointers below where the stack ends now. */
static __attribute__((noinline)) WITH_FRAME_POINTER int
litter(int depth)
{
	volatile char some[100];

	some[0] = (char)depth;
	return depth == 0 ? some[0] : litter(depth - 1) + some[0];
}

/* The room on its stack is as large as is asked for, so its frame counts from
 * rbp; and it is not written to. */
static __attribute__((noinline)) void
roomy(size_t n)
{
	char *volatile room = __builtin_alloca(n);

	inner_from = __builtin_return_address(0);
	if (read(quiet[0], room, 1) < 0)
		inner_from = NULL;
}

static __attribute__((noinline)) void
littered(size_t n)
{
	outer_from = __builtin_return_address(0);
	inner_from = litter(20) < 0 ? &quiet : NULL;
	roomy(n);
	outer_from = NULL;
}

static void *
block_in_litter(void *arg)
{
	tid = (pid_t)syscall(SYS_gettid);
	littered(3000);
	return arg;
}

static bool
has(const uint64_t *pc, unsigned n, const void *place)
{
	for (unsigned i = 0; i < n; i++) {
		if (pc[i] == (uintptr_t)place)
			return true;
	}
	return false;
}

/* Is @pc in the function at @start, which has a few instructions? */
static bool
is_in(uint64_t pc, uintptr_t start)
{
	return pc - start < 64;
}

static void
check_blocked(void *(*routine)(void *))
{
	uint64_t pc[THREADWALK_FRAMES];
	struct procfs_blocked at;
	unsigned n;
	pthread_t th;

	inner_from = NULL;
	ck_assert_int_eq(pipe(quiet), 0);
	ck_assert_int_eq(pthread_create(&th, NULL, routine, NULL), 0);
	while (inner_from == NULL)
		sched_yield();
	ck_assert(procfs_begin());
	do
		n = threadwalk(tid, &at, pc);
	while (n == 0 || at.nr != SYS_read);
	ck_assert_uint_ge(n, 3);
	ck_assert(has(pc, n, inner_from));
	ck_assert(has(pc, n, outer_from));
	ck_assert(!has(pc, n, NULL));
	for (unsigned i = 0; i < n; i++)
		ck_assert(!is_in(pc[i], (uintptr_t)litter));
	ck_assert_int_eq(write(quiet[1], "", 1), 1);
	pthread_join(th, NULL);
	ck_assert_uint_eq(threadwalk(tid, &at, pc), 0);
}

START_TEST(a_blocked_thread_shows_who_called)
{
	check_blocked(block);
}
END_TEST

START_TEST(what_earlier_calls_left_is_no_frame)
{
	check_blocked(block_in_litter);
}
END_TEST

static struct thread waiter;

/* As a wrapper does it, with a wait that lasts. */
static __attribute__((noinline)) void
announce(void)
{
	struct wait_copy before;
	char c;

	inner_from = __builtin_return_address(0);
	wait_enter(&waiter, &(struct wait_news){
	    .kind = WAIT_POLL,
	    .caller = inner_from,
	}, &before);
	tid = (pid_t)syscall(SYS_gettid);
	if (read(quiet[0], &c, 1) < 0)
		inner_from = NULL;
	wait_leave(&waiter, &before);
}

static __attribute__((noinline)) void
wait_within(void)
{
	outer_from = __builtin_return_address(0);
	announce();
	outer_from = NULL;
}

static void *
wait_announced(void *arg)
{
	wait_within();
	return arg;
}

/* Where the kernel tells nobody but root. */
START_TEST(a_thread_that_announced_its_wait_shows_who_called)
{
	uint64_t pc[THREADWALK_FRAMES];
	struct procfs_blocked at;
	pthread_t th;
	unsigned n;

	tid = 0;
	ck_assert_int_eq(pipe(quiet), 0);
	ck_assert_uint_eq(threadwalk_waits(&waiter, &at, pc), 0);
	ck_assert_int_eq(pthread_create(&th, NULL, wait_announced, NULL), 0);
	while (tid == 0)
		sched_yield();
	n = threadwalk_waits(&waiter, &at, pc);
	ck_assert_uint_ge(n, 3);
	ck_assert_uint_eq(pc[0], (uintptr_t)inner_from);
	ck_assert_uint_eq(pc[1], (uintptr_t)outer_from);
	ck_assert_int_eq(write(quiet[1], "", 1), 1);
	pthread_join(th, NULL);
	ck_assert_uint_eq(threadwalk_waits(&waiter, &at, pc), 0);
}
END_TEST

/* The compiler must leave a call here, and the loop in it. */
static __attribute__((noinline)) void
spin(void)
{
	inner_from = __builtin_return_address(0);
	while (stop == 0)
		;
}

static __attribute__((noinline)) void *
compute(void *arg)
{
	stackscan_root((uintptr_t)__builtin_return_address(0));
	spin();
	inner_from = NULL;
	return arg;
}

START_TEST(a_running_thread_shows_its_outer_frames)
{
	static struct thread t;
	uint64_t pc[STACKSCAN_FRAMES];
	pthread_t th;
	unsigned n;

	inner_from = NULL;
	ck_assert_int_eq(pthread_create(&th, NULL, compute, NULL), 0);
	while (inner_from == NULL)
		sched_yield();
	atomic_store(&t.handle, (uint64_t)th);
	atomic_store(&t.start_routine, (uintptr_t)compute);
	n = stackscan(&t, pc);
	ck_assert_uint_ge(n, 1);
	ck_assert_uint_eq(pc[0], (uintptr_t)inner_from);
	stop = 1;
	pthread_join(th, NULL);
}
END_TEST

START_TEST(nobody_looks_while_something_is_unloaded)
{
	unload_begin();
	ck_assert(!unload_hold());
	unload_end();
	ck_assert(unload_hold());
	unload_release();
	/* A forked child's destructor ends what its parent began. */
	unload_end();
	ck_assert(unload_hold());
	unload_release();
}
END_TEST

static Suite *
threadwalk_suite(void)
{
	Suite *s = suite_create("threadwalk");
	TCase *c = tcase_create("threadwalk");

	tcase_set_timeout(c, 120);
	tcase_add_test(c, a_blocked_thread_shows_who_called);
	tcase_add_test(c, what_earlier_calls_left_is_no_frame);
	tcase_add_test(c, a_thread_that_announced_its_wait_shows_who_called);
	tcase_add_test(c, a_running_thread_shows_its_outer_frames);
	tcase_add_test(c, nobody_looks_while_something_is_unloaded);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(threadwalk_suite());
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
