/*
 * test_live - the table of live blocks holds what was put in, and no more.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "shim/alloc/live.h"
#include "shim/state/state.h"

static void
setup(void)
{
	ck_assert_int_eq(live_start(), 0);
}

static void
setup_few(void)
{
	setup();
	live_expect_few(true);
}

static void *
at(uint64_t off)
{
	return (void *)(uintptr_t)(WINDOW_BASE + off);
}

static enum live_result
put(uint64_t off, uint64_t size, uint64_t usable, uint32_t stack)
{
	struct live_block b = { size, off / 16, stack }, old;

	return live_put(at(off), usable, &b, &old);
}

static void
count(const void *p, const struct live_block *b, void *arg)
{
	uint64_t *sums = arg;

	sums[0]++;
	sums[1] += b->size;
	sums[2] ^= (uint64_t)(uintptr_t)p;
	ck_assert_uint_eq(b->time, ((uint64_t)(uintptr_t)p -
	    WINDOW_BASE) / 16);
}

START_TEST(block_comes_out_as_it_went_in)
{
	static const uint64_t off[] = { 0, 16, 32, 48, 4080, 4096, 4112,
		(16 << 20) - 16, 16 << 20, 3ull << 30, WINDOW_SIZE - 16 };

	for (size_t i = 0; i < ARRAY_LEN(off); i++) {
		struct live_block b = { 100 + i, 7777777 * i, 5 + i }, got;

		ck_assert_int_eq(live_put(at(off[i]), 16, &b, &got),
		    LIVE_NEW);
	}
	for (size_t i = 0; i < ARRAY_LEN(off); i++) {
		struct live_block got;

		ck_assert(live_take(at(off[i]), &got));
		ck_assert_uint_eq(got.size, 100 + i);
		ck_assert_uint_eq(got.time, 7777777 * i);
		ck_assert_uint_eq(got.stack, 5 + i);
		ck_assert(!live_take(at(off[i]), &got));
	}
}
END_TEST

START_TEST(largest_values_are_kept_whole)
{
	struct live_block b = { (1ull << 42) - 1, (1ull << 48) - 1,
		LIVE_STACK_MAX }, got;

	ck_assert_int_eq(live_put(at(64), 1ull << 41, &b, &got), LIVE_NEW);
	ck_assert(live_take(at(64), &got));
	ck_assert_uint_eq(got.size, b.size);
	ck_assert_uint_eq(got.time, b.time);
	ck_assert_uint_eq(got.stack, b.stack);
	b.stack++;
	ck_assert_int_eq(live_put(at(64), 64, &b, &got), LIVE_NONE);
}
END_TEST

START_TEST(block_outside_the_window_is_not_kept)
{
	struct live_block b = { 1, 1, 1 }, got;
	char here[32] = "";

	ck_assert_int_eq(live_put(here, 16, &b, &got), LIVE_NONE);
	ck_assert(!live_take(here, &got));
	ck_assert(!live_take(NULL, &got));
	ck_assert_int_eq(live_put(at(WINDOW_SIZE), 16, &b, &got), LIVE_NONE);
	ck_assert_int_eq(live_put(at(8), 16, &b, &got), LIVE_NONE);
}
END_TEST

START_TEST(large_block_that_begins_inside_a_page_is_found)
{
	struct live_block got;

	ck_assert_int_eq(put(0x5040, 20000, 20480, 9), LIVE_NEW);
	ck_assert(!live_take(at(0x5000), &got));
	ck_assert(!live_take(at(0x5080), &got));
	ck_assert(live_take(at(0x5040), &got));
	ck_assert_uint_eq(got.size, 20000);
}
END_TEST

START_TEST(block_whose_end_went_unseen_is_replaced)
{
	struct live_block b = { 5, 6, 7 }, old;

	ck_assert_int_eq(put(0x9000, 11, 16, 3), LIVE_NEW);
	ck_assert_int_eq(live_put(at(0x9000), 16, &b, &old), LIVE_REPLACED);
	ck_assert_uint_eq(old.size, 11);
	ck_assert_uint_eq(old.stack, 3);
	ck_assert(live_take(at(0x9000), &old));
	ck_assert_uint_eq(old.size, 5);
}
END_TEST

START_TEST(each_block_is_seen_once_with_its_address)
{
	uint64_t want[3] = { 0 }, got[3] = { 0 };

	for (unsigned i = 0; i < 100000; i++) {
		uint64_t off = (uint64_t)i * 112;

		put(off, i, 112, 1);
		want[0]++, want[1] += i, want[2] ^= WINDOW_BASE + off;
	}
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t off = (1ull << 30) + (uint64_t)i * 20480 + 64 * 3;

		put(off, i, 20480, 1);
		want[0]++, want[1] += i, want[2] ^= WINDOW_BASE + off;
	}
	live_each(count, got);
	ck_assert_uint_eq(got[0], want[0]);
	ck_assert_uint_eq(got[1], want[1]);
	ck_assert_uint_eq(got[2], want[2]);
}
END_TEST

/* Fills 32 MiB of heap with blocks of @size, as a slab would.  One assertion is
 * enough for all: each one writes to a file. */
static void
fill(uint64_t size, uint64_t *blocks)
{
	uint64_t new_ones = 0;

	for (uint64_t off = 0; off + size <= 32 << 20; off += size) {
		new_ones += put(off, size, size, 1) == LIVE_NEW;
		++*blocks;
	}
	ck_assert_uint_eq(new_ones, *blocks);
}

START_TEST(a_live_block_costs_at_most_32_bytes)
{
	static const uint64_t sizes[] = { 16, 32, 48, 64, 80, 96, 112, 128,
		160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024,
		1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144,
		7168, 8192, 10240, 12288, 14336 };
	uint64_t blocks = 0, held = live_held();

	fill(sizes[_i], &blocks);
	/* The rest: the leaves themselves, 7 KiB each. */
	ck_assert_uint_le(live_held() - held, blocks * 32 + 131072);
	ck_assert_uint_le(sizes[ARRAY_LEN(sizes) - 1], 14336);
}
END_TEST

/* Each of four threads owns its own blocks, beside the others'. */
static void *
churn(void *arg)
{
	uint64_t first = (uint64_t)(uintptr_t)arg;
	struct live_block got;

	for (unsigned round = 0; round < 20; round++) {
		for (uint64_t i = first; i < 80000; i += 4)
			put(i * 16, i, 16, 1 + (uint32_t)first);
		for (uint64_t i = first; i < 80000; i += 4) {
			if (!live_take(at(i * 16), &got) || got.size != i ||
			    got.stack != 1 + first)
				return arg;
		}
	}
	return NULL;
}

START_TEST(threads_do_not_disturb_each_other)
{
	pthread_t t[4];
	uint64_t sums[3] = { 0 };
	void *bad;

	for (uintptr_t i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, churn, (void *)i);
	for (unsigned i = 0; i < 50; i++)
		live_each(count, sums);
	for (unsigned i = 0; i < 4; i++) {
		pthread_join(t[i], &bad);
		ck_assert_ptr_null(bad);
	}
	memset(sums, 0, sizeof(sums));
	live_each(count, sums);
	ck_assert_uint_eq(sums[0], 0);
}
END_TEST

/* A thousand live ones at any time, and never at the same places. */
START_TEST(few_blocks_cost_little_wherever_they_lie)
{
	enum { ALIVE = 1000, ROUNDS = 400 };
	size_t held = mem_held() + live_held();
	struct live_block got;
	uint64_t lost = 0;

	for (uint64_t i = 0; i < ALIVE * ROUNDS; i++) {
		put(i * 272, i, 272, 1);
		if (i >= ALIVE)
			lost += !live_take(at((i - ALIVE) * 272), &got) ||
			    got.size != i - ALIVE;
	}
	ck_assert_uint_eq(lost, 0);
	ck_assert_uint_le(mem_held() + live_held() - held, 100 << 10);
}
END_TEST

START_TEST(many_blocks_cost_at_most_four_times_their_places)
{
	size_t held = mem_held() + live_held();
	uint64_t blocks = 0;

	fill(48, &blocks);
	ck_assert_uint_le(mem_held() + live_held() - held,
	    blocks * 24 * 4);
}
END_TEST

START_TEST(a_block_is_found_after_the_table_was_changed)
{
	struct live_block got;
	uint64_t sums[3] = { 0 };

	live_expect_few(_i == 1);
	put(0x5000, 11, 16, 3);
	live_expect_few(_i == 0);
	put(0x5010, 12, 16, 3);
	live_each(count, sums);
	ck_assert_uint_eq(sums[0], 2);
	ck_assert_uint_eq(sums[1], 23);
	ck_assert(live_take(at(0x5000), &got));
	ck_assert_uint_eq(got.size, 11);
	ck_assert(live_take(at(0x5010), &got));
	ck_assert_uint_eq(got.size, 12);
	ck_assert(!live_take(at(0x5000), &got));
	ck_assert(!live_take(at(0x5010), &got));
}
END_TEST

/* What both tables have in common. */
static TCase *
tests_of(const char *name, SFun begin)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, begin, NULL);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, block_comes_out_as_it_went_in);
	tcase_add_test(c, largest_values_are_kept_whole);
	tcase_add_test(c, block_outside_the_window_is_not_kept);
	tcase_add_test(c, large_block_that_begins_inside_a_page_is_found);
	tcase_add_test(c, block_whose_end_went_unseen_is_replaced);
	tcase_add_test(c, each_block_is_seen_once_with_its_address);
	tcase_add_test(c, threads_do_not_disturb_each_other);
	tcase_add_loop_test(c, a_block_is_found_after_the_table_was_changed,
	    0, 2);
	return c;
}

int
main(void)
{
	Suite *s = suite_create("live");
	TCase *c = tests_of("live", setup), *f = tests_of("few", setup_few);
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_loop_test(c, a_live_block_costs_at_most_32_bytes, 0, 35);
	tcase_add_test(f, few_blocks_cost_little_wherever_they_lie);
	tcase_add_test(f, many_blocks_cost_at_most_four_times_their_places);
	suite_add_tcase(s, c);
	suite_add_tcase(s, f);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
