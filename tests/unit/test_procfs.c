/*
 * test_procfs - the kernel's files, as they are and as they could be.
 */
#include <check.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "shim/proc/cpus.h"
#include "shim/proc/procfs.h"
#include "shim/tasks/syscalls.h"

/* In no cgroup: nothing here asks for throttling. */
bool
cpus_cgroup(char *dir, size_t cap, int *version)
{
	(void)dir;
	(void)cap;
	(void)version;
	return false;
}

START_TEST(schedstat_is_three_numbers)
{
	struct procfs_sched s;

	ck_assert(procfs_parse_schedstat("12 41962 1\n", &s));
	ck_assert_uint_eq(s.run_ns, 12);
	ck_assert_uint_eq(s.delay_ns, 41962);
	ck_assert_uint_eq(s.slices, 1);
	ck_assert(!procfs_parse_schedstat("12 41962\n", &s));
	ck_assert(!procfs_parse_schedstat("", &s));
	ck_assert_uint_eq(s.run_ns, 12);
}
END_TEST

START_TEST(syscall_has_three_forms)
{
	uint64_t first;
	long nr;

	ck_assert(procfs_parse_syscall(
	    "202 0x7f5 0x80 0x0 0x0 0x0 0x0 0x7ff 0x7f4\n", &nr, &first));
	ck_assert_int_eq(nr, 202);
	ck_assert_uint_eq(first, 0x7f5);
	ck_assert(procfs_parse_syscall("-1 0x7ff 0x7f4\n", &nr, &first));
	ck_assert_int_eq(nr, -1);
	ck_assert(!procfs_parse_syscall("running\n", &nr, &first));
	ck_assert(!procfs_parse_syscall("", &nr, &first));
}
END_TEST

START_TEST(a_blocked_thread_has_a_place_and_a_stack)
{
	struct procfs_blocked at;

	ck_assert(procfs_parse_blocked(
	    "202 0x7f5 0x80 0x0 0x0 0x0 0x0 0x7ff 0x7f4\n", &at));
	ck_assert_int_eq(at.nr, 202);
	ck_assert_uint_eq(at.first, 0x7f5);
	ck_assert_uint_eq(at.sp, 0x7ff);
	ck_assert_uint_eq(at.pc, 0x7f4);
	ck_assert(procfs_parse_blocked("-1 0x7ff 0x7f4\n", &at));
	ck_assert_int_eq(at.nr, -1);
	ck_assert_uint_eq(at.sp, 0x7ff);
	ck_assert_uint_eq(at.pc, 0x7f4);
	ck_assert(!procfs_parse_blocked("running\n", &at));
	ck_assert(!procfs_parse_blocked("202 0x7f5 0x80\n", &at));
	ck_assert(!procfs_parse_blocked("-1\n", &at));
	ck_assert(!procfs_parse_blocked("", &at));
}
END_TEST

START_TEST(loadavg_tells_who_is_runnable)
{
	uint64_t n = 7;

	ck_assert(procfs_parse_runnable("0.13 0.12 0.05 31/94 25625\n", &n));
	ck_assert_uint_eq(n, 31);
	ck_assert(!procfs_parse_runnable("0.13 0.12", &n));
	ck_assert(!procfs_parse_runnable("/", &n));
	ck_assert_uint_eq(n, 31);
}
END_TEST

START_TEST(pressure_is_in_hundredths)
{
	uint64_t v;

	ck_assert(procfs_parse_pressure("some avg10=2.41 avg60=0.00\n", &v));
	ck_assert_uint_eq(v, 241);
	ck_assert(procfs_parse_pressure("some avg10=100.00 avg60=", &v));
	ck_assert_uint_eq(v, 10000);
	ck_assert(procfs_parse_pressure("some avg10=3", &v));
	ck_assert_uint_eq(v, 300);
	ck_assert(!procfs_parse_pressure("full avg10=3.00", &v));
}
END_TEST

START_TEST(throttling_has_two_hierarchies)
{
	uint64_t ns;

	ck_assert(procfs_parse_throttled("usage_usec 1\nnr_periods 0\n"
	    "nr_throttled 0\nthrottled_usec 1234\n", &ns));
	ck_assert_uint_eq(ns, 1234000);
	ck_assert(procfs_parse_throttled("nr_periods 0\nnr_throttled 0\n"
	    "throttled_time 99\n", &ns));
	ck_assert_uint_eq(ns, 99);
	ck_assert(!procfs_parse_throttled("usage_usec 1\n", &ns));
}
END_TEST

static void
count(pid_t tid, void *arg)
{
	unsigned *n = arg;

	ck_assert_int_eq(tid, getpid());
	++*n;
}

START_TEST(this_process_is_read_and_its_files_stay_open)
{
	struct procfs_thread files = { 0 };
	struct proc_stat st;
	struct procfs_sched s;
	uint64_t voluntary, forced;
	unsigned n = 0;

	ck_assert(procfs_begin());
	ck_assert_uint_eq(procfs_thread_count(), 1);
	ck_assert_int_eq(procfs_stat(getpid(), &files, true, &st), 0);
	ck_assert_int_eq(st.state, 'R');
	ck_assert_int_gt(files.stat, 0);
	ck_assert_int_eq(procfs_stat(getpid(), &files, true, &st), 0);
	ck_assert_int_eq(procfs_schedstat(getpid(), &files, false, &s), 0);
	ck_assert_int_eq(files.schedstat, 0);
	procfs_close(&files);
	ck_assert_int_eq(files.stat, 0);
	ck_assert(procfs_switches(getpid(), &voluntary, &forced));
	ck_assert(procfs_each_tid(count, &n));
	ck_assert(procfs_each_tid(count, &n));
	ck_assert_uint_eq(n, 2);
	ck_assert_int_lt(procfs_stat(1 << 30, &files, true, &st), 0);
}
END_TEST

START_TEST(a_call_is_named_with_its_first_argument)
{
	char text[64];
	struct buf b = BUF(text);

	syscalls_write(&b, SYS_read, 5);
	ck_assert_str_eq(buf_cstr(&b), "read(5)");
	b = BUF(text);
	syscalls_write(&b, SYS_futex, 0x55d0c8001122);
	ck_assert_str_eq(buf_cstr(&b), "futex(0x55d0c8001122)");
	b = BUF(text);
	syscalls_write(&b, 999, 1);
	ck_assert_str_eq(buf_cstr(&b), "syscall999(1)");
}
END_TEST

static Suite *
procfs_suite(void)
{
	Suite *s = suite_create("procfs");
	TCase *c = tcase_create("procfs");

	tcase_add_test(c, schedstat_is_three_numbers);
	tcase_add_test(c, syscall_has_three_forms);
	tcase_add_test(c, a_blocked_thread_has_a_place_and_a_stack);
	tcase_add_test(c, loadavg_tells_who_is_runnable);
	tcase_add_test(c, pressure_is_in_hundredths);
	tcase_add_test(c, throttling_has_two_hierarchies);
	tcase_add_test(c, this_process_is_read_and_its_files_stay_open);
	tcase_add_test(c, a_call_is_named_with_its_first_argument);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(procfs_suite());
	int failed;

	clock_init();
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
