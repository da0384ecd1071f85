/*
 * test_buf - numbers, quantities and text of the host's in the caller's
 * memory.
 */
#include "common/base/buf.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char room[256];
static struct buf b;

static void
begin(void)
{
	memset(room, '#', sizeof(room));
	b = BUF(room);
}

#define expect(text) ck_assert_str_eq(buf_cstr(&b), text)

START_TEST(numbers_are_printed_to_the_last_digit)
{
	buf_u64(&b, 0);
	buf_char(&b, ' ');
	buf_u64(&b, UINT64_MAX);
	buf_char(&b, ' ');
	buf_i64(&b, INT64_MIN);
	buf_char(&b, ' ');
	buf_hex(&b, 0xabc, 5);
	expect("0 18446744073709551615 -9223372036854775808 00abc");
}
END_TEST

START_TEST(fixed_numbers_have_exactly_their_decimals)
{
	buf_fixed(&b, 2104, 3);
	buf_char(&b, ' ');
	buf_fixed(&b, 7, 3);
	buf_char(&b, ' ');
	buf_fixed(&b, 7, 0);
	buf_char(&b, ' ');
	buf_seconds(&b, 2104999999, 3);
	expect("2.104 0.007 7 2.104");
}
END_TEST

/* What Go's fmtNSAsMS() prints for the same numbers. */
START_TEST(milliseconds_are_those_of_go)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} rows[] = {
		{ 0, "0" }, { 999, "0" }, { 1000, "0.001" },
		{ 20000, "0.020" }, { 99999, "0.099" }, { 123456, "0.12" },
		{ 999999, "0.99" }, { 1250000, "1.2" }, { 9999999, "9.9" },
		{ 10000000, "10" }, { 4999999999, "4999" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin();
		buf_go_ms(&b, rows[i].ns);
		expect(rows[i].text);
	}
}
END_TEST

START_TEST(megabytes_have_a_decimal_below_ten_and_none_above)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0" }, { 1, "0.0" }, { MIB / 2, "0.5" },
		{ 8 * MIB, "8.0" }, { 10 * MIB - 1, "10" },
		{ 10 * MIB, "10" }, { 412 * MIB, "412" },
		{ 412 * MIB + MIB / 2, "413" },
		{ UINT64_MAX, "17592186044416" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin();
		buf_mb(&b, rows[i].bytes);
		expect(rows[i].text);
	}
}
END_TEST

START_TEST(text_that_does_not_fit_is_cut_and_said_so)
{
	b.cap = 4;
	buf_str(&b, "abcdef");
	ck_assert(b.cut);
	ck_assert_uint_eq(b.len, 4);
	expect("abc");
	ck_assert_int_eq(room[4], '#');
}
END_TEST

START_TEST(a_buffer_of_no_bytes_stays_untouched)
{
	b.cap = 0;
	buf_printf(&b, "%d %s", 7, "seven");
	ck_assert(b.cut);
	expect("");
	ck_assert_int_eq(room[0], '#');
}
END_TEST

START_TEST(text_of_the_host_cannot_end_the_line_or_fool_the_terminal)
{
	buf_clean(&b, "a\nb\x1b[0m\x7f", 100);
	expect("a\\x0ab\\x1b[0m\\x7f");
	begin();
	buf_clean(&b, "\xe2\x80\xae" "evil\xc2\x85\xe2\x80\xa8", 100);
	expect("\\xe2\\x80\\xaeevil\\xc2\\x85\\xe2\\x80\\xa8");
}
END_TEST

START_TEST(valid_utf8_is_left_alone_and_invalid_is_shown)
{
	buf_clean(&b, "gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x90\xa7", 100);
	expect("gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x90\xa7");
	begin();
	buf_clean(&b, "\xc0\x80 \xed\xa0\x80 \xff \xc3", 100);
	expect("\\xc0\\x80 \\xed\\xa0\\x80 \\xff \\xc3");
}
END_TEST

START_TEST(cleaning_stops_at_the_length_and_between_characters)
{
	buf_clean(&b, "abc\xc3\xbc", 4);
	expect("abc\\xc3");
	begin();
	b.cap = 5;
	buf_clean(&b, "abcd\xc3\xbc", 10);
	ck_assert(b.cut);
	expect("abcd");
	begin();
	buf_clean(&b, NULL, 10);
	expect("");
}
END_TEST

/* Formats with both and compares. */
#define same_as_libc(...) \
	do { \
		char libc[256]; \
		begin(); \
		buf_printf(&b, __VA_ARGS__); \
		snprintf(libc, sizeof(libc), __VA_ARGS__); \
		expect(libc); \
	} while (0)

START_TEST(printf_agrees_with_libc)
{
	same_as_libc("plain");
	same_as_libc("%d|%5d|%-5d|%05d|%i", -42, -42, -42, -42, INT_MIN);
	same_as_libc("%u|%8u|%08u|%x|%04x", 42u, 42u, 42u, 0xfeedu, 0xau);
	same_as_libc("%ld|%lu|%llx|%zu|%jd", LONG_MIN, ULONG_MAX, ~0ull,
	    (size_t)1, (intmax_t)-1);
	same_as_libc("%s|%8s|%-8s|%.2s|%.*s", "abc", "abc", "abc", "abc", 1,
	    "abc");
	same_as_libc("%c|%3c|%%|%*d|%-*d|", 'x', 'y', 6, 7, 6, 7);
	same_as_libc("%p", (void *)room);
}
END_TEST

START_TEST(a_conversion_that_is_unknown_is_printed_as_it_stands)
{
	const char *volatile odd = "%q %";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	buf_printf(&b, odd);
#pragma GCC diagnostic pop
	expect("%q %");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("buf");
	TCase *t = tcase_create("buf");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, numbers_are_printed_to_the_last_digit);
	tcase_add_test(t, fixed_numbers_have_exactly_their_decimals);
	tcase_add_test(t, milliseconds_are_those_of_go);
	tcase_add_test(t, megabytes_have_a_decimal_below_ten_and_none_above);
	tcase_add_test(t, text_that_does_not_fit_is_cut_and_said_so);
	tcase_add_test(t, a_buffer_of_no_bytes_stays_untouched);
	tcase_add_test(t,
	    text_of_the_host_cannot_end_the_line_or_fool_the_terminal);
	tcase_add_test(t, valid_utf8_is_left_alone_and_invalid_is_shown);
	tcase_add_test(t, cleaning_stops_at_the_length_and_between_characters);
	tcase_add_test(t, printf_agrees_with_libc);
	tcase_add_test(t, a_conversion_that_is_unknown_is_printed_as_it_stands);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
