/*
 * test_command - what the command makes of arguments, names and first lines.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/cli/items.h"
#include "tool/cli/locate.h"
#include "tool/cli/search.h"
#include "tool/cli/shebang.h"
#include "tool/cli/verbs.h"

static struct shebang
shebang_of(const char *text)
{
	struct shebang s;

	ck_assert(shebang_read((const uint8_t *)text, strlen(text), &s));
	return s;
}

START_TEST(first_line_names_the_interpreter)
{
	ck_assert_str_eq(shebang_of("#!/bin/sh\necho").interp, "/bin/sh");
	ck_assert_str_eq(shebang_of("#! /bin/sh -e").interp, "/bin/sh");
	ck_assert_str_eq(shebang_of("#!\n").interp, "");
	ck_assert_str_eq(shebang_of("#!/bin/sh").program, "");
}
END_TEST

START_TEST(env_in_the_first_line_names_the_program)
{
	ck_assert_str_eq(shebang_of("#!/usr/bin/env python3").program,
	    "python3");
	ck_assert_str_eq(shebang_of("#!/usr/bin/env -S A=1 php -n").program,
	    "php");
	ck_assert_str_eq(shebang_of("#!/usr/bin/env -Sphp -n").program, "php");
	ck_assert_str_eq(shebang_of("#!/usr/bin/env -S -u X php").program,
	    "php");
	ck_assert(!shebang_of("#!/usr/bin/env php").wipes_environment);
	ck_assert(shebang_of("#!/usr/bin/env -S -i php").wipes_environment);
}
END_TEST

START_TEST(long_and_odd_first_lines_stay_in_bounds)
{
	char text[600];
	struct shebang s;

	memset(text, 'x', sizeof(text));
	memcpy(text, "#!/", 3);
	ck_assert(shebang_read((const uint8_t *)text, sizeof(text), &s));
	ck_assert_uint_lt(strlen(s.interp), SHEBANG_MAX);
	ck_assert(!shebang_read((const uint8_t *)"#", 1, &s));
	ck_assert(shebang_read((const uint8_t *)"#!", 2, &s));
	ck_assert(!shebang_read(NULL, 0, &s));
}
END_TEST

START_TEST(an_item_has_its_equals_sign_before_any_slash)
{
	ck_assert(items_looks_like("gctrace=1"));
	ck_assert(items_looks_like("log=/tmp/x"));
	ck_assert(items_looks_like("a="));
	ck_assert(!items_looks_like("./a=b"));
	ck_assert(!items_looks_like("=1"));
	ck_assert(!items_looks_like("server"));
}
END_TEST

static char gctrace[] = "gctrace=1", depth[] = "depth=9,leaks=2",
    wrong[] = "gctrce=1";

START_TEST(items_follow_what_diag_holds_already)
{
	char *items[] = { gctrace, depth };
	char *v = items_value(NULL, items, 2);

	ck_assert_str_eq(v, "gctrace=1,depth=9,leaks=2");
	free(v);
	v = items_value("depth=3", items, 1);
	ck_assert_str_eq(v, "depth=3,gctrace=1");
	free(v);
	v = items_value("depth=3", NULL, 0);
	ck_assert_str_eq(v, "depth=3");
	free(v);
}
END_TEST

START_TEST(an_unknown_item_is_refused)
{
	char *items[] = { gctrace, wrong };

	ck_assert_ptr_null(items_value(NULL, items, 2));
}
END_TEST

static void
assert_preload(const char *old, const char *with, const char *without)
{
	char *a = locate_preload_with("/x/libdiag.so", old);
	char *b = locate_preload_without(old);

	ck_assert_str_eq(a, with);
	ck_assert_str_eq(b, without);
	free(a);
	free(b);
}

START_TEST(other_preloads_stay_and_ours_is_there_once)
{
	assert_preload(NULL, "/x/libdiag.so", "");
	assert_preload("", "/x/libdiag.so", "");
	assert_preload("/a.so /b.so", "/x/libdiag.so:/a.so:/b.so",
	    "/a.so:/b.so");
	assert_preload(":/y/libdiag.so.0:/a.so:", "/x/libdiag.so:/a.so",
	    "/a.so");
	assert_preload("libdiag.so", "/x/libdiag.so", "");
	assert_preload("libdiag.sorry", "/x/libdiag.so:libdiag.sorry",
	    "libdiag.sorry");
}
END_TEST

START_TEST(commands_are_found_as_the_shell_finds_them)
{
	char path[PATH_MAX];

	setenv("PATH", "/nonexistent:/bin", 1);
	ck_assert(search_path("sh", path));
	ck_assert_str_eq(path, "/bin/sh");
	ck_assert(search_path("./any/thing", path));
	ck_assert_str_eq(path, "./any/thing");
	ck_assert(!search_path("no-such-command", path));
	ck_assert(!search_path("", path));
}
END_TEST

START_TEST(every_verb_explains_itself)
{
	for (const struct verb *const *at = verbs; *at != NULL; at++) {
		const struct verb *v = *at;

		ck_assert_ptr_eq(verbs_find(v->name), v);
		ck_assert_ptr_nonnull(v->run);
		ck_assert_uint_gt(strlen(v->text), 40);
		ck_assert_uint_lt(strlen(v->summary), 60);
	}
	ck_assert_ptr_null(verbs_find("no-such-verb"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("command");
	TCase *t = tcase_create("command");

	tcase_add_test(t, first_line_names_the_interpreter);
	tcase_add_test(t, env_in_the_first_line_names_the_program);
	tcase_add_test(t, long_and_odd_first_lines_stay_in_bounds);
	tcase_add_test(t, an_item_has_its_equals_sign_before_any_slash);
	tcase_add_test(t, items_follow_what_diag_holds_already);
	tcase_add_test(t, an_unknown_item_is_refused);
	tcase_add_test(t, other_preloads_stay_and_ours_is_there_once);
	tcase_add_test(t, commands_are_found_as_the_shell_finds_them);
	tcase_add_test(t, every_verb_explains_itself);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
