/*
 * test_rss - the parts of the RSS: they add up, in bytes and as printed.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/gc/rss.h"

static uint64_t seed = 12345;

static uint64_t
chance(uint64_t limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 20) % limit;
}

static uint64_t
sum(const struct rss_parts *p)
{
	uint64_t all = 0;

	for (int i = 0; i < RSS_PARTS; i++)
		all += p->part[i];
	return all;
}

/* Adds up the printed parts, in tenths; the whole is the first number. */
static void
check_line(const struct rss_parts *p)
{
	char text[512], *at;
	struct buf b = BUF(text);
	long whole, fraction, parts = 0, all;
	int used;

	rss_print(&b, p);
	buf_cstr(&b);
	ck_assert_int_eq(sscanf(text, "# RSS %ld.%1ld MB =%n", &whole,
	    &fraction, &used), 2);
	all = whole * 10 + fraction;
	for (at = text + used; (at = strchr(at, '.')) != NULL; at++) {
		char *from = at;

		while (from[-1] >= '0' && from[-1] <= '9')
			from--;
		parts += strtol(from, NULL, 10) * 10 + (at[1] - '0');
	}
	ck_assert_int_eq(parts, all);
}

START_TEST(parts_add_up_whatever_the_numbers)
{
	for (int i = 0; i < 20000; i++) {
		struct rss_map m = {
		    .heap = chance(1000 * MIB) >> chance(20),
		    .stacks = chance(50 * MIB), .files = chance(90 * MIB),
		    .diag = chance(3 * MIB), .other = chance(90 * MIB),
		};
		struct heap_stats h = {
		    .active = chance(900 * MIB), .dirty = chance(200 * MIB),
		    .muzzy = chance(2) * chance(50 * MIB),
		    .metadata = chance(9 * MIB), .internal = chance(MIB),
		};
		struct rss_parts p;

		h.allocated = chance(h.active + 2);
		h.tcache_bytes = chance(h.allocated + 2);
		m.total = m.heap + m.stacks + m.files + m.diag + m.other;
		rss_split(&m, &h, &p);
		ck_assert_uint_eq(sum(&p), m.total);
		check_line(&p);
	}
}
END_TEST

START_TEST(a_heap_that_is_all_there_is_told_as_it_is)
{
	struct rss_map m = { .heap = 315 * MIB, .files = 5 * MIB,
	    .total = 320 * MIB };
	struct heap_stats h = {
	    .allocated = 220 * MIB, .tcache_bytes = 9 * MIB, .internal = MIB,
	    .active = 250 * MIB, .dirty = 50 * MIB, .metadata = 6 * MIB,
	};
	struct rss_parts p;

	rss_split(&m, &h, &p);
	ck_assert_uint_eq(p.part[RSS_LIVE], 210 * MIB);
	ck_assert_uint_eq(p.part[RSS_FRAGMENTATION], 30 * MIB);
	ck_assert_uint_eq(p.part[RSS_TCACHE], 9 * MIB);
	ck_assert_uint_eq(p.part[RSS_METADATA], 6 * MIB);
	ck_assert_uint_eq(p.part[RSS_DIRTY], 60 * MIB);
	for (int i = 0; i < RSS_PARTS; i++)
		ck_assert(!p.estimated[i]);
}
END_TEST

START_TEST(untouched_memory_is_taken_from_metadata_first_and_marked)
{
	struct rss_map m = { .heap = 11 * MIB, .total = 11 * MIB };
	struct heap_stats h = {
	    .allocated = 8 * MIB, .active = 10 * MIB, .metadata = 3 * MIB,
	};
	struct rss_parts p;
	char text[512];
	struct buf b = BUF(text);

	rss_split(&m, &h, &p);
	ck_assert_uint_eq(p.part[RSS_LIVE], 8 * MIB);
	ck_assert_uint_eq(p.part[RSS_METADATA], MIB);
	rss_print(&b, &p);
	ck_assert_str_eq(buf_cstr(&b), "# RSS 11.0 MB = live 8.0 + "
	    "fragmentation 2.0 + thread caches 0.0 + dirty 0.0 + "
	    "metadata ~1.0 + stacks 0.0 + files 0.0 + diag 0.0 + other 0.0");
}
END_TEST

START_TEST(a_large_block_nobody_touched_makes_live_an_estimate)
{
	struct rss_map m = { .heap = 2 * MIB, .total = 2 * MIB };
	struct heap_stats h = {
	    .allocated = 1024 * MIB, .active = 1025 * MIB,
	    .metadata = 4 * MIB,
	};
	struct rss_parts p;

	rss_split(&m, &h, &p);
	ck_assert(p.estimated[RSS_LIVE]);
	ck_assert_uint_le(p.part[RSS_LIVE], 2 * MIB);
	ck_assert_uint_eq(sum(&p), 2 * MIB);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rss");
	TCase *tc = tcase_create("rss");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, parts_add_up_whatever_the_numbers);
	tcase_add_test(tc, a_heap_that_is_all_there_is_told_as_it_is);
	tcase_add_test(tc,
	    untouched_memory_is_taken_from_metadata_first_and_marked);
	tcase_add_test(tc, a_large_block_nobody_touched_makes_live_an_estimate);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
