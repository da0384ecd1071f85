/*
 * test_stackset - a node exists once, whoever adds it, and is found again.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "shim/stack/front.h"
#include "shim/stack/stackset.h"

enum { PATHS = 20000, LENGTH = 6, THREADS = 4 };

static uint64_t
where_of(unsigned path, unsigned level)
{
	return 0x555500001000ull + (path >> (level * 2) & 15) * 37 + level;
}

static uint32_t
add_path(unsigned path)
{
	uint32_t number = STACKSET_WHOLE;

	for (unsigned level = LENGTH; level-- > 0;)
		number = stackset_child(number, where_of(path, level));
	return number;
}

START_TEST(a_child_is_found_again)
{
	uint32_t one = stackset_child(STACKSET_WHOLE, 0x1234);
	uint32_t two = stackset_child(one, 0x5678);

	ck_assert_uint_ge(one, STACKSET_FIRST);
	ck_assert_uint_ne(one, two);
	ck_assert_uint_eq(stackset_child(STACKSET_WHOLE, 0x1234), one);
	ck_assert_uint_eq(stackset_child(one, 0x5678), two);
	ck_assert_uint_eq(stackset_node(two)->parent, one);
	ck_assert(stackset_is_child(two, one, 0x5678));
	ck_assert(!stackset_is_child(two, one, 0x1234));
	ck_assert(!stackset_is_child(two + 1, one, 0x5678));
	ck_assert_uint_ne(stackset_child(STACKSET_CUT, 0x1234), one);
}
END_TEST

static void *
add_all(void *arg)
{
	uint32_t *number = arg;

	for (unsigned i = 0; i < PATHS; i++)
		number[i] = add_path(i);
	return NULL;
}

START_TEST(threads_that_add_the_same_get_the_same)
{
	static uint32_t number[THREADS][PATHS];
	pthread_t id[THREADS];

	for (unsigned i = 0; i < THREADS; i++)
		pthread_create(&id[i], NULL, add_all, number[i]);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
	for (unsigned i = 1; i < THREADS; i++)
		ck_assert_mem_eq(number[i], number[0], sizeof(number[0]));
	for (unsigned path = 0; path < PATHS; path++) {
		uint32_t at = number[0][path];

		for (unsigned level = 0; level < LENGTH; level++) {
			ck_assert_uint_eq(stackset_node(at)->where,
			    where_of(path, level));
			at = stackset_node(at)->parent;
		}
		ck_assert_uint_eq(at, STACKSET_WHOLE);
	}
}
END_TEST

/* More than are writable at first. */
START_TEST(there_is_room_for_a_million)
{
	enum { MANY = (1 << 20) + 1000 };

	static uint32_t first, last;

	first = stackset_child(STACKSET_WHOLE, 1);
	for (uint64_t where = 2; where <= MANY; where++)
		last = stackset_child(STACKSET_WHOLE, where);
	ck_assert_uint_gt(last, 1 << 20);
	ck_assert_uint_eq(stackset_node(last)->where, MANY);
	ck_assert_uint_eq(stackset_child(STACKSET_WHOLE, MANY), last);
	ck_assert_uint_eq(stackset_child(STACKSET_WHOLE, 1), first);
}
END_TEST

START_TEST(what_is_in_front_is_recalled_by_both_sums)
{
	const uint64_t hash = 0x123456789abcdef0, check = 0xfedcba9876543210;
	struct front_key one = front_key(hash, check, 5, 0x1234);
	struct front_key same_hash = front_key(hash, check ^ 1, 5, 0x1234);
	struct front_key same_check = front_key(hash ^ 1, check, 5 ^ 1, 0x1234);
	struct front_key high = front_key(hash, check ^ 1ull << 63, 5, 0x1234);

	ck_assert_uint_eq(front_recall(&one), 0);
	front_put(&one, 77);
	ck_assert_uint_eq(front_recall(&one), 77);
	ck_assert_uint_eq(front_recall(&same_hash), 0);
	ck_assert_uint_eq(front_recall(&same_check), 0);
	ck_assert_uint_eq(front_recall(&high), 0);
	front_put(&same_hash, 78);
	front_put(&same_check, 79);
	front_put(&high, 80);
	ck_assert_uint_eq(front_recall(&high), 80);
	ck_assert_uint_eq(front_recall(&same_hash), 78);
	ck_assert_uint_eq(front_recall(&same_check), 79);
}
END_TEST

/* Twice as many as a line has slots; those after them take another's. */
START_TEST(stacks_with_one_caller_have_two_lines_in_front)
{
	struct front_key key[3 * FRONT_WAYS];
	unsigned known = 0;

	for (unsigned i = 0; i < ARRAY_LEN(key); i++) {
		key[i] = front_key(0x5000 + i * 77, i * 0x123456789, i * 77,
		    0x4000);
		ck_assert_uint_eq(key[i].near, key[0].near);
		front_put(&key[i], 100 + i);
		ck_assert_uint_eq(front_recall(&key[i]), 100 + i);
	}
	for (unsigned i = 0; i < ARRAY_LEN(key); i++)
		known += front_recall(&key[i]) == 100 + i;
	ck_assert_uint_eq(known, 2 * FRONT_WAYS);
}
END_TEST

START_TEST(a_larger_front_takes_what_is_put_again)
{
	struct front *first = atomic_load(&front_table);

	for (unsigned i = 1; atomic_load(&front_table) == first; i++) {
		struct front_key key = front_key(i * 0x10001, i, 0, 0);

		front_put(&key, i + 1000);
		ck_assert_uint_le(i, 1 << 20);
	}
	for (unsigned i = 1; i <= 1000; i++) {
		struct front_key key = front_key(i * 0x10001, i, 0, 0);

		front_put(&key, i + 1000);
		ck_assert_uint_eq(front_recall(&key), i + 1000);
	}
}
END_TEST

static void
setup(void)
{
	ck_assert_int_eq(stackset_init(), 0);
	ck_assert_int_eq(front_init(), 0);
}

int
main(void)
{
	Suite *s = suite_create("stackset");
	TCase *t = tcase_create("stackset");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_child_is_found_again);
	tcase_add_test(t, threads_that_add_the_same_get_the_same);
	tcase_add_test(t, there_is_room_for_a_million);
	tcase_add_test(t, what_is_in_front_is_recalled_by_both_sums);
	tcase_add_test(t, stacks_with_one_caller_have_two_lines_in_front);
	tcase_add_test(t, a_larger_front_takes_what_is_put_again);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
