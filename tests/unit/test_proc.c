/*
 * test_proc - kernel files and the numbers in them; clocks, names of errors,
 * memory of our own.
 */
#include "common/base/proc.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/mem.h"
#include "common/base/vdso.h"

START_TEST(a_kernel_file_is_read_whole_and_ended)
{
	char text[4096];
	uint64_t pid = 0;

	ck_assert_int_gt(proc_read("/proc/self/status", text, sizeof(text)),
	    0);
	ck_assert(proc_field(text, "Pid:", &pid));
	ck_assert_uint_eq(pid, (uint64_t)getpid());
	ck_assert_int_eq(proc_read("/proc/self/status", text, 5), 4);
	ck_assert_uint_eq(strlen(text), 4);
	ck_assert_int_eq(proc_read("/proc/self/status", text, 1), 0);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(what_cannot_be_read_gives_the_reason_and_no_errno)
{
	char text[16] = "old";

	errno = 7;
	ck_assert_int_eq(proc_read("/proc/self/nothing", text, 16), -ENOENT);
	ck_assert_int_eq(proc_read("/proc", text, 16), -EISDIR);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(proc_read("/proc/self/stat", text, 0), -EINVAL);
	ck_assert_int_eq(errno, 7);
}
END_TEST

START_TEST(numbers_move_the_place_and_nothing_else_does)
{
	const char *text = "  12 ff 99999999999999999999 x";
	const char *at = text;
	uint64_t v = 5;

	ck_assert(parse_u64(&at, &v));
	ck_assert_uint_eq(v, 12);
	ck_assert(!parse_u64(&at, &v));
	ck_assert_uint_eq(v, 12);
	ck_assert(parse_hex(&at, &v));
	ck_assert_uint_eq(v, 0xff);
	/* Too large is no number: a wrong one would be worse. */
	ck_assert(!parse_u64(&at, &v));
	ck_assert_ptr_eq(at, text + 7);
	at = "ffffffffffffffff1";
	ck_assert(!parse_hex(&at, &v));
	at = "18446744073709551615";
	ck_assert(parse_u64(&at, &v));
	ck_assert_uint_eq(v, UINT64_MAX);
}
END_TEST

START_TEST(a_field_is_found_at_the_beginning_of_a_line_only)
{
	uint64_t v = 3;

	ck_assert(!proc_field("Name:\tThreads: 9\n", "Threads:", &v));
	ck_assert(proc_field("A: 1\nThreads:\t12\nB: 2", "Threads:", &v));
	ck_assert_uint_eq(v, 12);
	ck_assert(!proc_field("Threads:\tmany\n", "Threads:", &v));
	ck_assert(!proc_field("", "Threads:", &v));
	ck_assert_uint_eq(v, 12);
}
END_TEST

START_TEST(a_thread_name_may_hold_anything)
{
	struct proc_stat st;

	ck_assert(proc_stat_parse("42 (a) R (b) 1 2) S 1 2 3 4 -1 6 7 8 9 10 "
	    "110 120 13 14 20 0 17 0 990 23 24 25 26 27 28 29 30 31 32 33 34 "
	    "35 36 37 17 3 0 0\n", &st));
	ck_assert_str_eq(st.name, "a) R (b) 1 2");
	ck_assert_int_eq(st.state, 'S');
	ck_assert_uint_eq(st.utime_ticks, 110);
	ck_assert_uint_eq(st.stime_ticks, 120);
	ck_assert_uint_eq(st.num_threads, 17);
	ck_assert_uint_eq(st.start_ticks, 990);
	ck_assert_int_eq(st.cpu, 3);
}
END_TEST

START_TEST(a_stat_that_is_cut_short_is_refused)
{
	struct proc_stat st;

	ck_assert(!proc_stat_parse("", &st));
	ck_assert(!proc_stat_parse("42 (name", &st));
	ck_assert(!proc_stat_parse("42 )name(", &st));
	ck_assert(!proc_stat_parse("42 (name)", &st));
	ck_assert(!proc_stat_parse("42 (name) S 1 2 3", &st));
	ck_assert(!proc_stat_parse("42 (n) S 1 2 3 4 5 6 7 8 9 10 x 12 13 14 "
	    "15 16 17 18 19 20 21", &st));
}
END_TEST

START_TEST(the_processor_may_be_missing)
{
	struct proc_stat st;

	ck_assert(proc_stat_parse("1 (n) R 1 2 3 4 5 6 7 8 9 10 11 12 13 14 "
	    "15 16 17 18 19 20", &st));
	ck_assert_int_eq(st.cpu, -1);
}
END_TEST

START_TEST(our_own_stat_is_understood)
{
	char text[1024];
	struct proc_stat st;

	ck_assert_int_gt(proc_read("/proc/self/stat", text, sizeof(text)), 0);
	ck_assert(proc_stat_parse(text, &st));
	ck_assert_int_eq(st.state, 'R');
	ck_assert_uint_eq(st.num_threads, 1);
	ck_assert_int_ge(st.cpu, 0);
}
END_TEST

START_TEST(the_clock_is_the_kernels)
{
	struct timespec t;
	uint64_t before, ours, after;

	errno = 7;
	clock_init();
	clock_init();
	ck_assert_int_eq(errno, 7);
	clock_gettime(CLOCK_MONOTONIC, &t);
	before = (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
	ours = clock_ns();
	clock_gettime(CLOCK_MONOTONIC, &t);
	after = (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
	ck_assert_uint_ge(ours, before);
	ck_assert_uint_le(ours, after);
	ck_assert_uint_le(clock_start_ns(), before);
	ck_assert_uint_gt(clock_process_cpu_ns(), 0);
	ck_assert_uint_gt(clock_thread_cpu_ns(), 0);
	ck_assert_uint_gt(clock_wall_ns(), 1600000000 * NS_PER_S);
}
END_TEST

START_TEST(a_child_begins_when_it_is_born)
{
	uint64_t before = clock_ns();

	clock_after_fork();
	ck_assert_uint_ge(clock_start_ns(), before);
	ck_assert_uint_le(clock_since_start_ns(), clock_ns() - before);
}
END_TEST

START_TEST(the_vdso_has_the_clock_and_nothing_by_a_wrong_name)
{
	const void *image = (const void *)getauxval(AT_SYSINFO_EHDR);

	if (image == NULL)
		return;
	ck_assert_ptr_nonnull(vdso_find(image, "__vdso_clock_gettime"));
	ck_assert_ptr_null(vdso_find(image, "__vdso_clock_gettim"));
	ck_assert_ptr_null(vdso_find("no image", "__vdso_clock_gettime"));
}
END_TEST

START_TEST(errors_are_called_as_libc_calls_them)
{
	for (int err = 1; err < 200; err++) {
		const char *name = err_name(err);

		if (strcmp(name, "unknown error") != 0)
			ck_assert_str_eq(name, strerror(err));
	}
	ck_assert_str_eq(err_name(ENOSPC), "No space left on device");
	ck_assert_str_eq(err_name(0), "unknown error");
	ck_assert_str_eq(err_name(-1), "unknown error");
	ck_assert_str_eq(err_name(100000), "unknown error");
}
END_TEST

START_TEST(what_we_hold_is_counted)
{
	size_t before = mem_held();
	size_t reserved = mem_reserved();
	char *p = mem_map(5000);
	char *r = mem_reserve(GIB);

	ck_assert_ptr_nonnull(p);
	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(p[4999], 0);
	ck_assert_uint_eq(mem_held(), before + 8192);
	ck_assert_uint_eq(mem_reserved(), reserved + GIB);
	mem_unmap(p, 5000);
	mem_unmap(r, GIB);
	ck_assert_uint_eq(mem_held(), before);
	ck_assert_uint_eq(mem_reserved(), reserved);
	ck_assert_ptr_null(mem_map(0));
	ck_assert_ptr_null(mem_map(SIZE_MAX));
	mem_unmap(NULL, 10);
}
END_TEST

START_TEST(small_things_are_aligned_zero_and_apart)
{
	char *before = NULL;

	for (int i = 0; i < 10000; i++) {
		char *p = mem_forever(24);

		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((uintptr_t)p % 16, 0);
		for (int j = 0; j < 24; j++)
			ck_assert_int_eq(p[j], 0);
		if (before != NULL && p > before)
			ck_assert_int_ge(p - before, 32);
		memset(p, 0xff, 24);
		before = p;
	}
	ck_assert_ptr_nonnull(mem_forever(MIB));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("proc");
	TCase *t = tcase_create("proc");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, a_kernel_file_is_read_whole_and_ended);
	tcase_add_test(t, what_cannot_be_read_gives_the_reason_and_no_errno);
	tcase_add_test(t, numbers_move_the_place_and_nothing_else_does);
	tcase_add_test(t, a_field_is_found_at_the_beginning_of_a_line_only);
	tcase_add_test(t, a_thread_name_may_hold_anything);
	tcase_add_test(t, a_stat_that_is_cut_short_is_refused);
	tcase_add_test(t, the_processor_may_be_missing);
	tcase_add_test(t, our_own_stat_is_understood);
	tcase_add_test(t, the_clock_is_the_kernels);
	tcase_add_test(t, a_child_begins_when_it_is_born);
	tcase_add_test(t, the_vdso_has_the_clock_and_nothing_by_a_wrong_name);
	tcase_add_test(t, errors_are_called_as_libc_calls_them);
	tcase_add_test(t, what_we_hold_is_counted);
	tcase_add_test(t, small_things_are_aligned_zero_and_apart);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
