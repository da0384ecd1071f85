/*
 * test_cxxname - which of C++'s names are read, and which are left alone.
 */
#include <check.h>
#include <stdlib.h>

#include "shim/names/cxxname.h"

/* What @write makes of the name; NULL: nothing. */
static const char *
told(bool (*write)(struct buf *, const char *, size_t), const char *mangled,
    size_t room)
{
	static char text[80];
	struct buf b = { .data = text, .cap = sizeof(text) };

	return write(&b, mangled, room) ? buf_cstr(&b) : NULL;
}

static const char *
name_of(const char *mangled, size_t room)
{
	return told(cxxname_write, mangled, room);
}

START_TEST(names_are_told_without_what_they_take)
{
	ck_assert_str_eq(name_of("_Z4takei", 64), "take");
	ck_assert_str_eq(name_of("_ZL4takev", 64), "take");
	ck_assert_str_eq(name_of("_ZN4pool6workerEi", 64), "pool::worker");
	ck_assert_str_eq(name_of("_ZNK4pool4sizeEv", 64), "pool::size");
	ck_assert_str_eq(name_of("_ZN12_GLOBAL__N_14workEv", 64), "work");
	ck_assert_str_eq(name_of("_ZN4pool3runIiEEvT_", 64), "pool::run");
}
END_TEST

START_TEST(long_names_lose_what_they_are_in)
{
	ck_assert_str_eq(name_of("_ZN4pool6workerEi", 12), "worker");
	ck_assert_str_eq(name_of("_ZN4pool6workerEi", 13), "pool::worker");
}
END_TEST

START_TEST(what_is_not_plain_is_left_alone)
{
	static const char *const others[] = {
		"take", "", "_", "_Z", "_ZN", "_ZN4po", "_ZN4poolC1Ev",
		"_ZN4poolD0Ev", "_ZN4poolclEv", "_ZNSt6thread4joinEv",
		"_ZZ4mainENKUlvE_clEv", "_ZN4pool4nameB5cxx11Ev", "_Z99x",
		"_ZN18446744073709551615x",
	};

	for (unsigned i = 0; i < ARRAY_LEN(others); i++)
		ck_assert_msg(name_of(others[i], 64) == NULL, "%s",
		    others[i]);
}
END_TEST

static const char *
lambda_of(const char *mangled, size_t room)
{
	return told(cxxname_write_lambda, mangled, room);
}

START_TEST(lambdas_are_told_by_the_function_around_them)
{
	ck_assert_str_eq(lambda_of("_ZZ4mainENKUlvE_clEv", 64),
	    "main()::lambda");
	ck_assert_str_eq(lambda_of("_ZZN6Server5startEvENKUlvE0_clEv", 64),
	    "Server::start()::lambda2");
	ck_assert_str_eq(lambda_of("_ZNSt6thread11_State_implINS_8_Invoker"
	    "ISt5tupleIJZN10ThreadPoolC4EmEUlvE_EEEEE6_M_runEv", 64),
	    "ThreadPool::ThreadPool()::lambda");
	ck_assert_str_eq(lambda_of("_ZNSt18condition_variable4waitIZZN6Server"
	    "5startEvENKUlvE_clEvEUlvE_EEvRSt11unique_lockISt5mutexET_", 64),
	    "Server::start()::lambda");
	ck_assert_str_eq(lambda_of("ZN4PoolISt6vectorIiSaIiEELj4EE3runERKS1_"
	    "EUlRKN3foo3BarEE_EE", 64), "Pool::run()::lambda");
	ck_assert_str_eq(lambda_of("ZN12_GLOBAL__N_15serveEiEUlvE9_", 64),
	    "serve()::lambda11");
	ck_assert_str_eq(lambda_of("_ZZN6Server5startEvENKUlvE0_clEv", 24),
	    "start()::lambda2");
}
END_TEST

START_TEST(what_has_no_lambda_in_it_is_left_alone)
{
	static const char *const others[] = {
		"", "_Z", "_ZZ", "Z", "ZN", "_ZN4pool6workerEi", "_ZZ4main",
		"_ZZ4mainE5count", "_ZZ4mainENKUl", "_ZZN4poolIiEvENK",
		"ZNS_3runEvEUlvE_", "_ZN3Zoo3runEv", "ZN4PoolI", "Z9E",
		"_ZZN4poolIXLi", "ZN4poolIL", "ZN4poolIS", "ZN4poolIJZ",
	};

	for (unsigned i = 0; i < ARRAY_LEN(others); i++)
		ck_assert_msg(lambda_of(others[i], 64) == NULL, "%s",
		    others[i]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cxxname");
	TCase *tc = tcase_create("cxxname");
	SRunner *r = srunner_create(s);

	tcase_add_test(tc, names_are_told_without_what_they_take);
	tcase_add_test(tc, long_names_lose_what_they_are_in);
	tcase_add_test(tc, what_is_not_plain_is_left_alone);
	tcase_add_test(tc, lambdas_are_told_by_the_function_around_them);
	tcase_add_test(tc, what_has_no_lambda_in_it_is_left_alone);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed != 0;
}
