/*
 * test_lines - whole lines, at most a record long, none lost.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "shim/sink/sink.h"
#include "shim/ticker/lines.h"

static char all[1 << 20];
static size_t length;
static unsigned records;
static size_t prefix;		/* of each line, as the sink would add it */

size_t
sink_prefix_len(void)
{
	return prefix;
}

bool
sink_put(const char *record, size_t len)
{
	size_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += record[i] == '\n';
	ck_assert_uint_le(len + lines * prefix, LINES_RECORD);
	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(record[len - 1], '\n');
	memcpy(all + length, record, len);
	length += len;
	records++;
	return true;
}

START_TEST(many_lines_become_few_whole_records)
{
	static struct lines l;
	char *at = all;

	lines_begin(&l);
	for (unsigned i = 0; i < 5000; i++) {
		buf_printf(&l.text, "line %u of some length", i);
		lines_end_line(&l);
	}
	lines_end(&l);
	for (unsigned i = 0; i < 5000; i++) {
		ck_assert_uint_eq((unsigned)atoi(at + 5), i);
		at = strchr(at, '\n') + 1;
	}
	ck_assert_ptr_eq(at, all + length);
	ck_assert_uint_le(records, 5000 * 30 / (LINES_RECORD / 2));
}
END_TEST

START_TEST(a_line_longer_than_a_record_is_cut_and_the_next_is_whole)
{
	static struct lines l;

	lines_begin(&l);
	for (unsigned i = 0; i < 3 * LINES_RECORD; i++)
		buf_char(&l.text, 'x');
	lines_end_line(&l);
	buf_str(&l.text, "after");
	lines_end_line(&l);
	lines_end(&l);
	ck_assert_uint_eq(records, 2);
	ck_assert_uint_eq(length, LINES_RECORD + strlen("after\n"));
}
END_TEST

START_TEST(a_long_line_that_was_announced_is_not_cut)
{
	static struct lines l;

	lines_begin(&l);
	for (unsigned round = 0; round < 4; round++) {
		buf_str(&l.text, "short");
		lines_end_line(&l);
		lines_need(&l, 4000);
		for (unsigned i = 0; i < 3999; i++)
			buf_char(&l.text, 'x');
		ck_assert(!l.text.cut);
		lines_end_line(&l);
	}
	lines_end(&l);
	ck_assert_uint_eq(length, 4 * (4000 + strlen("short\n")));
}
END_TEST

START_TEST(prefixes_fit_into_the_record_too)
{
	static struct lines l;

	prefix = 14;
	lines_begin(&l);
	for (unsigned i = 0; i < 500; i++) {
		buf_printf(&l.text, "%u", i);
		lines_end_line(&l);
		for (unsigned n = 0; i % 50 == 0 && n < 2 * LINES_RECORD; n++)
			buf_char(&l.text, 'x');
	}
	lines_end(&l);
	ck_assert_uint_ge(records, 4);
}
END_TEST

START_TEST(nothing_puts_nothing)
{
	static struct lines l;

	lines_begin(&l);
	lines_end(&l);
	ck_assert_uint_eq(records, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lines");
	TCase *tc = tcase_create("lines");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, many_lines_become_few_whole_records);
	tcase_add_test(tc,
	    a_line_longer_than_a_record_is_cut_and_the_next_is_whole);
	tcase_add_test(tc, a_long_line_that_was_announced_is_not_cut);
	tcase_add_test(tc, prefixes_fit_into_the_record_too);
	tcase_add_test(tc, nothing_puts_nothing);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
