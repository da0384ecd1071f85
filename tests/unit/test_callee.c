/*
 * test_callee - the call in front of a return address has a name, even where
 * the function that it is for has none.
 */
#include "tool/dwarf/callee.h"

#include <check.h>
#include <execinfo.h>
#include <link.h>
#include <search.h>
#include <string.h>

static void *stack[64];
static int frames;

static int
look_around(const void *a, const void *b)
{
	(void)a;
	(void)b;
	frames = backtrace(stack, 64);
	return 0;
}

static int
see_first(struct dl_phdr_info *info, size_t size, void *bias)
{
	(void)size;
	*(uintptr_t *)bias = info->dlpi_addr;
	return 1;
}

/* Of all the return addresses here one follows the call of lfind(). */
START_TEST(a_call_into_the_c_library_is_named)
{
	uintptr_t bias = 0;
	size_t n = 1;
	int key = 0, array[1] = { 0 }, found = 0;

	ck_assert_ptr_nonnull(lfind(&key, array, &n, sizeof(key),
	    look_around));
	ck_assert_int_gt(frames, 2);
	dl_iterate_phdr(see_first, &bias);
	for (int i = 0; i < frames; i++) {
		char name[64];

		if (callee_find("/proc/self/exe", "",
		    (uintptr_t)stack[i] - bias, name, sizeof(name)) &&
		    strcmp(name, "lfind") == 0)
			found++;
	}
	ck_assert_int_eq(found, 1);
}
END_TEST

START_TEST(another_object_is_not_asked)
{
	char name[64];

	for (uint64_t at = 0; at < 1 << 16; at += 3)
		ck_assert(!callee_find("/proc/self/exe", "0011", at, name,
		    sizeof(name)));
	ck_assert(!callee_find("/proc/self/status", "", 4096, name,
	    sizeof(name)));
	ck_assert(!callee_find("/nowhere", "", 4096, name, sizeof(name)));
}
END_TEST

/* Every address of the object can be asked about, and every other one. */
START_TEST(any_address_is_answered)
{
	char name[64];

	for (uint64_t at = 0; at < 1 << 16; at += 7)
		if (callee_find("/proc/self/exe", "", at, name, sizeof(name)))
			ck_assert_uint_gt(strnlen(name, sizeof(name)), 0);
	for (int shift = 40; shift < 64; shift++)
		ck_assert(!callee_find("/proc/self/exe", "",
		    UINT64_MAX >> (63 - shift), name, sizeof(name)));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("callee");
	TCase *t = tcase_create("callee");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_call_into_the_c_library_is_named);
	tcase_add_test(t, another_object_is_not_asked);
	tcase_add_test(t, any_address_is_answered);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
