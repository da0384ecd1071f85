/*
 * test_rustname - Rust's names, as rustc 1.63 to 1.95 made them, are told by
 * their paths.
 */
#include <check.h>
#include <stdlib.h>

#include "shim/names/rustname.h"

static const char *
name_of(const char *mangled, size_t room)
{
	static char text[128];
	struct buf b = { .data = text, .cap = sizeof(text) };

	return rustname_write(&b, mangled, room) ? buf_cstr(&b) : NULL;
}

static const struct {
	const char *mangled, *name;
} names[] = {
	{ "_RNvCs4fqI2P2rA04_1r11worker_loop", "r::worker_loop" },
	{ "_RNvNtNtCsjrHSEGnQ3l9_3std6thread9functions5sleep",
	    "std::thread::functions::sleep" },
	/* Of a type, whose path comes from earlier in the name. */
	{ "_RNvMs_NtNtCsjrHSEGnQ3l9_3std6thread6threadNtB4_6Thread4park",
	    "std::thread::thread::Thread::park" },
	/* Of a trait, for a type with arguments. */
	{ "_RNvXs_CsA_1rINtB4_4PoolhKj10_ENtNtCs1_4core3ops4Drop4drop",
	    "r::Pool::drop" },
	/* Of one that has no name: where it stands. */
	{ "_RNvXs_NtCsA_4core3fmtRuNtB4_5Debug3fmt", "core::fmt::fmt" },
	/* Closures in closures. */
	{ "_RNCNvCs1_1r4main0B3_", "r::main::closure0" },
	{ "_RNCNCNvCs1_1r4mains0_00B5_", "r::main::closure2::closure0" },
	{ "_RINvNtCs1_4core3ptr13drop_in_placeNtCs2_1r3BoxECs2_1r",
	    "core::ptr::drop_in_place" },
	{ "_ZN3std6thread4park17h0123456789abcdefE", "std::thread::park" },
	{ "_ZN55_$LT$r..pool..Pool$u20$as$u20$core..ops..drop..Drop$GT$4drop"
	    "17h0123456789abcdefE", "r::pool::Pool::drop" },
	{ "_ZN1r4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
	    "r::main::closure" },
	{ "_ZN34_$LT$impl$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE",
	    "core::fmt::Debug::fmt" },
};

START_TEST(a_name_is_told_by_its_path)
{
	const char *name = name_of(names[_i].mangled, 128);

	ck_assert_ptr_nonnull(name);
	ck_assert_str_eq(name, names[_i].name);
}
END_TEST

START_TEST(long_names_keep_their_end)
{
	const char *park =
	    "_RNvMs_NtNtCsjrHSEGnQ3l9_3std6thread6threadNtB4_6Thread4park";

	ck_assert_str_eq(name_of(park, 34),
	    "std::thread::thread::Thread::park");
	ck_assert_str_eq(name_of(park, 33), "thread::thread::Thread::park");
	ck_assert_str_eq(name_of(park, 13), "Thread::park");
	ck_assert_str_eq(name_of(park, 2), "park");
}
END_TEST

START_TEST(the_library_is_known_by_its_crates)
{
	ck_assert(rustname_is_library(names[1].mangled));
	ck_assert(rustname_is_library(names[4].mangled));
	ck_assert(rustname_is_library(names[8].mangled));
	ck_assert(!rustname_is_library(names[0].mangled));
	ck_assert(!rustname_is_library(names[3].mangled));
	ck_assert(!rustname_is_library(names[10].mangled));
	ck_assert(!rustname_is_library("_RNvCs1_6stdlib4work"));
	ck_assert(!rustname_is_library("std"));
}
END_TEST

START_TEST(what_is_none_of_rusts_is_left_alone)
{
	static const char *const others[] = {
		"take", "", "_R", "_RN", "_RNvC", "_RNvCs_9r4work", "_RB_",
		"_RNvB_4work", "_RNvCs1_1r", "_RMC1rTB3_B3_E", "_Z4takei",
		"_ZN4pool6workerEi", "_ZN4pool6workerE", "_ZN",
		"_ZN4pool17h0123456789abcdeg", "_ZN17h0123456789abcdefE",
		"_ZN4pool17h0123456789abcdef", "_ZN99h0123456789abcdefE",
	};

	for (unsigned i = 0; i < ARRAY_LEN(others); i++)
		ck_assert_msg(name_of(others[i], 64) == NULL, "%s: %s",
		    others[i], name_of(others[i], 64));
}
END_TEST

/* Each tuple is of two like the one before it: 2^40 of them, if all are
 * looked at. */
START_TEST(names_that_refer_to_names_end)
{
	char name[512];
	struct buf b = BUF(name);

	buf_str(&b, "_RNvMC1rTuuT");
	for (unsigned i = 0; i < 40; i++)
		buf_str(&b, i % 2 == 0 ? "TB5_B5_" : "TB8_B8_");
	for (unsigned i = 0; i < 41; i++)
		buf_char(&b, 'E');
	buf_str(&b, "E4work");
	ck_assert_ptr_null(name_of(buf_cstr(&b), 64));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rustname");
	TCase *c = tcase_create("rustname");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_loop_test(c, a_name_is_told_by_its_path, 0,
	    ARRAY_LEN(names));
	tcase_add_test(c, long_names_keep_their_end);
	tcase_add_test(c, the_library_is_known_by_its_crates);
	tcase_add_test(c, what_is_none_of_rusts_is_left_alone);
	tcase_add_test(c, names_that_refer_to_names_end);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
