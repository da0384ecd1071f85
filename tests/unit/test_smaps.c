/*
 * test_smaps - the reader of maps and smaps: exact on good text, safe on any.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/proc/smaps.h"

/* ASan's runtime maps, starts and keeps what some tests count. */
#if defined(__SANITIZE_ADDRESS__)
enum { WITH_ASAN = 1 };
#else
enum { WITH_ASAN = 0 };
#endif

static const char fixture[] =
    "55e0c0a00000-55e0c0a02000 r-xp 00001000 08:01 131 /usr/bin/true\n"
    "Size:                  8 kB\n"
    "KernelPageSize:        4 kB\n"
    "Rss:                   8 kB\n"
    "Pss:                   8 kB\n"
    "Anonymous:             0 kB\n"
    "Swap:                  0 kB\n"
    "SwapPss:               7 kB\n"
    "VmFlags: rd ex mr mw me \n"
    "7f1200000000-7f1200800000 rw-p 00000000 00:00 0 \n"
    "Rss:                1234 kB\n"
    "Anonymous:          1230 kB\n"
    "AnonHugePages:      1024 kB\n"
    "Swap:                 12 kB\n"
    "VmFlags: rd wr mr mw me ac um sd \n"
    "7ffc1f000000-7ffc1f021000 rw-s 00000000 fe:00 99     [stack]\n"
    "Rss:                  16 kB\n";

static struct smaps_vma seen[64];
static unsigned count;

static void
see(void *arg, const struct smaps_vma *v)
{
	ck_assert_uint_le(v->start, v->end);
	ck_assert_uint_lt(strnlen(v->name, SMAPS_NAME_MAX), SMAPS_NAME_MAX);
	if (count < 64)
		seen[count] = *v;
	count++;
}

static void
feed(const char *text, size_t n, size_t piece)
{
	struct smaps s;

	count = 0;
	smaps_begin(&s, see, NULL);
	for (size_t at = 0; at < n; at += piece)
		smaps_feed(&s, text + at, MIN(piece, n - at));
	smaps_end(&s);
}

static void
check_fixture(void)
{
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(seen[0].start, 0x55e0c0a00000);
	ck_assert_uint_eq(seen[0].end, 0x55e0c0a02000);
	ck_assert(seen[0].readable && seen[0].executable);
	ck_assert(!seen[0].writable && !seen[0].shared);
	ck_assert_uint_eq(seen[0].device, 8ull << 32 | 1);
	ck_assert_uint_eq(seen[0].inode, 131);
	ck_assert_str_eq(seen[0].name, "/usr/bin/true");
	ck_assert_uint_eq(seen[0].rss, 8 * 1024);
	ck_assert_uint_eq(seen[1].rss, 1234 * 1024);
	ck_assert_uint_eq(seen[1].anonymous, 1230 * 1024);
	ck_assert_uint_eq(seen[1].swap, 12 * 1024);
	ck_assert_str_eq(seen[1].name, "");
	ck_assert(seen[1].by_user && !seen[0].by_user && !seen[2].by_user);
	ck_assert(seen[2].shared);
	ck_assert_str_eq(seen[2].name, "[stack]");
	ck_assert_uint_eq(seen[2].rss, 16 * 1024);
}

START_TEST(pieces_of_any_size_give_the_same)
{
	for (size_t piece = 1; piece <= sizeof(fixture); piece++) {
		feed(fixture, sizeof(fixture) - 1, piece);
		check_fixture();
	}
}
END_TEST

START_TEST(a_long_name_is_cut_and_the_next_line_is_whole)
{
	char text[2048];
	size_t n = (size_t)sprintf(text,
	    "1000-2000 r--p 00000000 00:01 7 /%01000d\nRss: 4 kB\n", 0);

	feed(text, n, 100);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(seen[0].rss, 4096);
	ck_assert_uint_eq(strlen(seen[0].name), SMAPS_NAME_MAX - 1);
}
END_TEST

START_TEST(a_number_too_large_is_not_believed)
{
	static const char text[] = "1000-2000 r--p 0 00:00 0\n"
	    "Rss: 99999999999999999999999 kB\n"
	    "Swap: 18446744073709551615 kB\n";

	feed(text, sizeof(text) - 1, 7);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(seen[0].rss, 0);
	ck_assert_uint_eq(seen[0].swap, UINT64_MAX);
}
END_TEST

/* Every damage that one to four changed bytes can do, many times. */
START_TEST(damaged_text_harms_nobody)
{
	char text[sizeof(fixture)];
	unsigned state = 4711;

	for (int round = 0; round < 50000; round++) {
		memcpy(text, fixture, sizeof(text));
		for (int i = round % 4; i >= 0; i--) {
			state = state * 1103515245 + 12345;
			text[(state >> 8) % (sizeof(text) - 1)] =
			    (char)(state >> 4);
		}
		feed(text, sizeof(text) - 1, 1 + (size_t)round % 97);
		ck_assert_uint_le(count, 64);
	}
}
END_TEST

START_TEST(our_own_mappings_add_up_to_what_the_kernel_says)
{
	uint64_t rss = 0, kib = 0;
	char line[256];
	FILE *f;

	count = 0;
	ck_assert_int_eq(smaps_read("/proc/self/smaps", see, NULL), 0);
	ck_assert_uint_lt(count, 64);
	for (unsigned i = 0; i < count; i++)
		rss += seen[i].rss;
	f = fopen("/proc/self/smaps_rollup", "r");
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Rss: %" SCNu64, &kib) == 1)
			break;
	fclose(f);
	/* Reading the second file touches a few pages itself. */
	ck_assert_uint_le(rss, kib * 1024);
	ck_assert_uint_ge(rss + 64 * 4096, kib * 1024);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_an_error)
{
	ck_assert_int_lt(smaps_read("/proc/self/nothing", see, NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("smaps");
	TCase *tc = tcase_create("smaps");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, pieces_of_any_size_give_the_same);
	tcase_add_test(tc, a_long_name_is_cut_and_the_next_line_is_whole);
	tcase_add_test(tc, a_number_too_large_is_not_believed);
	tcase_add_test(tc, damaged_text_harms_nobody);
	if (!WITH_ASAN)
		tcase_add_test(tc,
		    our_own_mappings_add_up_to_what_the_kernel_says);
	tcase_add_test(tc, a_file_that_is_not_there_is_an_error);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
