/*
 * test_taskmap - tasks come out as the runtimes hand them out.
 */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/base/attrs.h"
#include "shim/sched/taskmap.h"

static struct taskmap map;
static struct tasklist list, other;

static struct task_key
key(uintptr_t n)
{
	return (struct task_key){ .word = { (void *)n, (void *)(n * 64) } };
}

static struct task *
put(uintptr_t n, uint64_t mark)
{
	struct task_key k = key(n);
	struct task *t = taskmap_put(&map, &list, &k, false);

	t->due = mark;
	return t;
}

static uint64_t
take(uintptr_t n)
{
	struct task_key k = key(n);
	struct task *t = taskmap_find(&map, &k);
	uint64_t mark = t == NULL ? 0 : t->due;

	if (t != NULL)
		taskmap_drop(&map, &list, t);
	return mark;
}

static void
setup(void)
{
	ck_assert(taskmap_make(&map));
	taskmap_forget(&map);
	list = other = (struct tasklist){ 0, 0 };
}

START_TEST(equal_keys_come_out_in_the_order_they_came)
{
	put(7, 1);
	put(8, 2);
	put(7, 3);
	put(7, 4);
	ck_assert_uint_eq(take(7), 1);
	ck_assert_uint_eq(take(7), 3);
	put(7, 5);
	ck_assert_uint_eq(take(7), 4);
	ck_assert_uint_eq(take(8), 2);
	ck_assert_uint_eq(take(7), 5);
	ck_assert_uint_eq(take(7), 0);
}
END_TEST

START_TEST(what_is_put_in_front_comes_first)
{
	struct task_key k = key(7);

	put(7, 1);
	put(7, 2);
	taskmap_put(&map, &list, &k, true)->due = 3;
	ck_assert_uint_eq(take(7), 3);
	ck_assert_uint_eq(take(7), 1);
	ck_assert_uint_eq(take(7), 2);
}
END_TEST

START_TEST(one_from_the_middle_can_be_dropped)
{
	struct task *middle, *last;

	put(7, 1);
	middle = put(7, 2);
	put(7, 3);
	last = put(7, 4);
	taskmap_drop(&map, &list, middle);
	taskmap_drop(&map, &list, last);
	put(7, 5);
	ck_assert_uint_eq(take(7), 1);
	ck_assert_uint_eq(take(7), 3);
	ck_assert_uint_eq(take(7), 5);
	ck_assert_ptr_null(taskmap_first(&map, &list));
}
END_TEST

START_TEST(a_list_is_in_the_order_of_arrival)
{
	uint64_t sum = 0;
	struct task_key k = key(1);

	for (uintptr_t n = 1; n <= 5; n++)
		put(n, n);
	taskmap_put(&map, &other, &k, false);
	take(3);
	for (struct task *t = taskmap_first(&map, &list); t != NULL;
	    t = taskmap_next(&map, t))
		sum = sum * 10 + t->due;
	ck_assert_uint_eq(sum, 1245);
}
END_TEST

/* Random traffic over few keys, against a queue for each. */
START_TEST(a_million_tasks_are_as_in_queues)
{
	enum { KEYS = 97, DEEP = 64 };
	static uint64_t queue[KEYS][DEEP];
	unsigned head[KEYS] = { 0 }, tail[KEYS] = { 0 };
	uint64_t mark = 0;

	srandom(1);
	for (int i = 0; i < 1000000; i++) {
		unsigned n = (unsigned)random() % KEYS;

		if (random() % 2 != 0 && tail[n] - head[n] < DEEP) {
			put(n + 1, ++mark);
			queue[n][tail[n]++ % DEEP] = mark;
		} else if (tail[n] != head[n]) {
			ck_assert_uint_eq(take(n + 1),
			    queue[n][head[n]++ % DEEP]);
		} else {
			ck_assert_uint_eq(take(n + 1), 0);
		}
	}
	ck_assert_uint_lt(map.used, KEYS * DEEP + 1);
}
END_TEST

START_TEST(a_full_map_says_no_and_counts)
{
	struct task_key k = key(1);
	unsigned n = 0;

	while (taskmap_put(&map, &list, &k, false) != NULL)
		n++;
	ck_assert_uint_eq(n, TASKMAP_ROOM - 1);
	ck_assert_uint_eq(map.lost, 1);
	taskmap_drop(&map, &list, taskmap_first(&map, &list));
	ck_assert_ptr_nonnull(taskmap_put(&map, &list, &k, false));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("taskmap");
	TCase *c = tcase_create("taskmap");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, equal_keys_come_out_in_the_order_they_came);
	tcase_add_test(c, what_is_put_in_front_comes_first);
	tcase_add_test(c, one_from_the_middle_can_be_dropped);
	tcase_add_test(c, a_list_is_in_the_order_of_arrival);
	tcase_add_test(c, a_million_tasks_are_as_in_queues);
	tcase_add_test(c, a_full_map_says_no_and_counts);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
