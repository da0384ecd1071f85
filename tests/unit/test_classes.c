/*
 * test_classes - blocks by size class: exact when they are all that is live,
 * and then of the same moment as the number of all blocks.
 *
 * The heap and the threads' counters are this file's own.
 */
#include <check.h>
#include <stdlib.h>

#include "shim/gc/blocks.h"
#include "shim/gc/classes.h"
#include "shim/heap/heap_cache.h"

static const struct heap_size_class heap[] = {
	{ .size = 16, .nmalloc = 9, .ndalloc = 4, .live = 5, .nrequests = 9 },
	{ .size = 64, .nmalloc = 7, .ndalloc = 5, .live = 2, .nrequests = 7 },
};
static const struct heap_stats stats = {
	.allocated = 5 * 16 + 2 * 64, .tcache_max = 32768,
};
static struct classes c;
static unsigned looks, moves_at;	/* when the host allocates one more */

unsigned
heap_size_classes(struct heap_size_class *out, unsigned max)
{
	ck_assert_uint_ge(max, ARRAY_LEN(heap));
	for (unsigned i = 0; i < ARRAY_LEN(heap); i++)
		out[i] = heap[i];
	return ARRAY_LEN(heap);
}

intptr_t
heap_bins_at(void)
{
	return 0;
}

unsigned
heap_bins(void)
{
	return 0;
}

unsigned
heap_bin_blocks(const struct heap_bin *bin)
{
	(void)bin;
	return 0;
}

bool
blocks_count(uint64_t *nalloc, uint64_t *nfree)
{
	*nalloc = 16 + (++looks >= moves_at);
	*nfree = 9;
	return true;
}

/* How many classes are exact when the host moves before look @n. */
static unsigned
exact_ones(unsigned n)
{
	unsigned exact = 0;

	looks = 0;
	moves_at = n;
	classes_look(&c, &stats);
	for (unsigned i = 0; i < c.n; i++)
		exact += c.at[i].exact;
	return exact;
}

START_TEST(classes_that_are_exact_add_up_to_all_blocks)
{
	uint64_t nalloc = 0, nfree = 0;

	ck_assert_uint_eq(exact_ones(100), 2);
	for (unsigned i = 0; i < c.n; i++) {
		nalloc += c.at[i].nalloc;
		nfree += c.at[i].nfree;
	}
	ck_assert_uint_eq(c.nalloc, nalloc);
	ck_assert_uint_eq(c.nfree, nfree);
}
END_TEST

START_TEST(what_is_allocated_behind_the_last_look_is_not_counted)
{
	ck_assert_uint_eq(exact_ones(3), 2);
	ck_assert_uint_eq(looks, 2);
	ck_assert_uint_eq(c.nalloc - c.nfree, 7);
}
END_TEST

START_TEST(none_is_exact_when_the_host_allocates_meanwhile)
{
	ck_assert_uint_eq(exact_ones(1), 0);
	ck_assert_uint_eq(exact_ones(2), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("classes");
	TCase *t = tcase_create("classes");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, classes_that_are_exact_add_up_to_all_blocks);
	tcase_add_test(t,
	    what_is_allocated_behind_the_last_look_is_not_counted);
	tcase_add_test(t, none_is_exact_when_the_host_allocates_meanwhile);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
