/*
 * test_expr - DWARF expressions: the ones that occur, and wrong ones.
 */
#include <check.h>
#include <stdlib.h>

#include "shim/stack/cfi.h"
#include "shim/stack/expr.h"

static uint64_t regs[CFI_REGS];
static uint64_t memory[4] = { 11, 22, 33, 44 };

static bool
value(const uint8_t *code, size_t n, uint64_t *v)
{
	struct window w = {
		.low = (uintptr_t)memory, .high = (uintptr_t)(memory + 4),
	};
	uint64_t cfa = (uintptr_t)memory;

	return expr_value(code, code + n, regs, &cfa, &w, v);
}

#define EXPECT(result, ...) do { \
	const uint8_t code[] = { __VA_ARGS__ }; \
	uint64_t v = 0; \
	ck_assert(value(code, sizeof(code), &v)); \
	ck_assert_uint_eq(v, (uint64_t)(result)); \
} while (0)

#define EXPECT_NONE(...) do { \
	const uint8_t code[] = { __VA_ARGS__ }; \
	uint64_t v; \
	ck_assert(!value(code, sizeof(code), &v)); \
} while (0)

START_TEST(numbers_and_arithmetic)
{
	EXPECT(5, 0x35);
	EXPECT(-2, 0x09, 0xfe);
	EXPECT(0xfffe, 0x0a, 0xfe, 0xff);
	EXPECT(-2, 0x0b, 0xfe, 0xff);
	EXPECT(8, 0x35, 0x33, 0x22);
	EXPECT(2, 0x35, 0x33, 0x1c);
	EXPECT(15, 0x35, 0x33, 0x1e);
	EXPECT(1, 0x35, 0x33, 0x1b);
	EXPECT(40, 0x35, 0x33, 0x24);
	EXPECT(1, 0x35, 0x33, 0x2b);
	EXPECT(0, 0x35, 0x33, 0x2d);
	EXPECT(3, 0x35, 0x33, 0x16, 0x13);
	EXPECT(133, 0x35, 0x23, 0x80, 0x01);
}
END_TEST

START_TEST(the_rule_of_a_procedure_linkage_table)
{
	/* rsp + 8 + (((rip & 15) >= 11) << 3) */
	static const uint8_t plt[] = {
		0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24,
		0x22
	};
	uint64_t v;

	regs[CFI_RSP] = 1000;
	regs[CFI_RA] = 0x40100b;
	ck_assert(value(plt, sizeof(plt), &v));
	ck_assert_uint_eq(v, 1016);
	regs[CFI_RA] = 0x401006;
	ck_assert(value(plt, sizeof(plt), &v));
	ck_assert_uint_eq(v, 1008);
}
END_TEST

START_TEST(memory_is_read_inside_the_window_alone)
{
	EXPECT(33, 0x23, 16, 0x06);
	EXPECT(33, 0x23, 16, 0x94, 4);
	EXPECT_NONE(0x23, 32, 0x06);
	EXPECT_NONE(0x23, 25, 0x06);
	EXPECT_NONE(0x30, 0x06);
	EXPECT_NONE(0x23, 16, 0x94, 9);
}
END_TEST

START_TEST(branches_stay_inside_and_end)
{
	EXPECT(7, 0x2f, 1, 0, 0x06, 0x37);
	EXPECT(7, 0x31, 0x28, 1, 0, 0x06, 0x37);
	EXPECT_NONE(0x2f, 0xfd, 0xff);
	EXPECT_NONE(0x2f, 100, 0);
	EXPECT_NONE(0x2f, 0xf0, 0xff);
}
END_TEST

START_TEST(what_makes_no_sense_has_no_value)
{
	EXPECT_NONE(0x13, 0x13);
	EXPECT_NONE(0x22);
	EXPECT_NONE(0x35, 0x30, 0x1b);
	EXPECT_NONE(0x35, 0x30, 0x1d);
	EXPECT_NONE(0xff);
	EXPECT_NONE(0x0e, 1, 2);
	EXPECT_NONE(0x15, 9);
	EXPECT_NONE(0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12,
	    0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("expr");
	TCase *t = tcase_create("expr");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, numbers_and_arithmetic);
	tcase_add_test(t, the_rule_of_a_procedure_linkage_table);
	tcase_add_test(t, memory_is_read_inside_the_window_alone);
	tcase_add_test(t, branches_stay_inside_and_end);
	tcase_add_test(t, what_makes_no_sense_has_no_value);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
