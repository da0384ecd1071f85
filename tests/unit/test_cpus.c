/*
 * test_cpus - usable CPUs by affinity and quota, in either hierarchy.
 */
#include <check.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "shim/proc/cpus.h"
#include "shim/ticker/ticker.h"

bool
ticker_is_me(void)
{
	return true;
}

START_TEST(the_unified_hierarchy_is_found)
{
	char path[CPUS_PATH_MAX];

	ck_assert_int_eq(cpus_parse_cgroup("0::/user.slice/a.scope\n", path,
	    sizeof(path)), 2);
	ck_assert_str_eq(path, "/user.slice/a.scope");
}
END_TEST

START_TEST(the_old_hierarchy_has_the_controller_when_both_are_there)
{
	char path[CPUS_PATH_MAX];
	const char *text = "9:cpuset:/other\n"
	    "2:cpu,cpuacct:/kube/pod\n1:name=systemd:/x\n0::/\n";

	ck_assert_int_eq(cpus_parse_cgroup(text, path, sizeof(path)), 1);
	ck_assert_str_eq(path, "/kube/pod");
	ck_assert_int_eq(cpus_parse_cgroup("0::/u\n3:cpuacct,cpu:/v\n", path,
	    sizeof(path)), 1);
	ck_assert_str_eq(path, "/v");
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_no_path)
{
	char path[8];

	ck_assert_int_eq(cpus_parse_cgroup("0::/123456789\n", path,
	    sizeof(path)), 0);
	ck_assert_str_eq(path, "");
	ck_assert_int_eq(cpus_parse_cgroup("nonsense", path, sizeof(path)), 0);
	ck_assert_int_eq(cpus_parse_cgroup("", path, sizeof(path)), 0);
	ck_assert_int_eq(cpus_parse_cgroup(":", path, sizeof(path)), 0);
}
END_TEST

START_TEST(quotas_are_hundredths)
{
	ck_assert_uint_eq(cpus_parse_max("150000 100000\n"), 150);
	ck_assert_uint_eq(cpus_parse_max("400000 100000\n"), 400);
	ck_assert_uint_eq(cpus_parse_max("max 100000\n"), UINT64_MAX);
	ck_assert_uint_eq(cpus_parse_max("1 100000\n"), 1);
	ck_assert_uint_eq(cpus_parse_max("5 0\n"), UINT64_MAX);
	ck_assert_uint_eq(cpus_parse_max(""), UINT64_MAX);
}
END_TEST

START_TEST(usable_cpus_follow_the_affinity)
{
	cpu_set_t before, one;
	int cpu = 0;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(before), &before), 0);
	while (!CPU_ISSET(cpu, &before))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	ck_assert_uint_eq(cpus_whole(), 1);
	ck_assert_uint_le(cpus_hundredths(), 100);
	ck_assert_uint_ge(cpus_hundredths(), 1);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(before), &before), 0);
	ck_assert_uint_le(cpus_whole(), (unsigned)CPU_COUNT(&before));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cpus");
	TCase *tc = tcase_create("cpus");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, the_unified_hierarchy_is_found);
	tcase_add_test(tc,
	    the_old_hierarchy_has_the_controller_when_both_are_there);
	tcase_add_test(tc, a_path_that_does_not_fit_is_no_path);
	tcase_add_test(tc, quotas_are_hundredths);
	tcase_add_test(tc, usable_cpus_follow_the_affinity);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
