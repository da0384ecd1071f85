/*
 * test_cfi - tables made by hand: the rows that hold at each instruction.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shim/stack/cfi.h"

/* .eh_frame_hdr, then one CIE and one FDE. */
static uint8_t image[512] __attribute__((aligned(8)));
static struct cfi_image im;
static size_t used;
static size_t length_at;

enum { CODE = 0x100, CODE_SIZE = 0x40 };

static void
put(const void *p, size_t n)
{
	memcpy(image + used, p, n);
	used += n;
}

static void
put_u8(uint8_t v)
{
	put(&v, 1);
}

static void
put_u32(uint32_t v)
{
	put(&v, 4);
}

static void
begin_entry(uint32_t id)
{
	length_at = used;
	put_u32(0);
	put_u32(id);
}

static void
end_entry(void)
{
	uint32_t n = (uint32_t)(used - length_at - 4);

	memcpy(image + length_at, &n, 4);
}

/* The code begins CODE bytes behind the image; rsp + 8, return address at
 * CFA - 8 at its first instruction. */
static void
build(const uint8_t *program, size_t n, const char *augmentation)
{
	static const uint8_t start[] = { 0x0c, 7, 8, 0x90, 1 };
	size_t cie;

	used = 0;
	put_u8(1);
	put_u8(0x1b);		/* pcrel, 4 bytes */
	put_u8(0x03);		/* 4 bytes */
	put_u8(0x3b);		/* datarel, 4 bytes */
	put_u32(20 - 4);	/* to the CIE */
	put_u32(1);
	put_u32(sizeof(image) + CODE);
	put_u32(0);
	cie = used;
	begin_entry(0);
	put_u8(1);
	put(augmentation, strlen(augmentation) + 1);
	put_u8(1);		/* code in bytes */
	put_u8(0x78);		/* data in units of -8 */
	put_u8(16);
	put_u8(1);
	put_u8(0x1b);
	put(start, sizeof(start));
	end_entry();
	memcpy(image + 16, &(uint32_t){ (uint32_t)used }, 4);
	begin_entry((uint32_t)(used + 4 - cie));
	put_u32((uint32_t)(sizeof(image) + CODE - used));
	put_u32(CODE_SIZE);
	put_u8(0);
	put(program, n);
	end_entry();
	put_u32(0);
	im = (struct cfi_image){ image, image, image + sizeof(image) };
}

static int
row_at(unsigned offset, struct cfi_row *row)
{
	return cfi_find(&im, (uintptr_t)image + sizeof(image) + CODE + offset,
	    row);
}

/* push %rbp; mov %rsp, %rbp; ... leave; ret, with a cold part in between. */
static const uint8_t framed[] = {
	0x41, 0x0e, 16, 0x86, 2,	/* 1: CFA + 16, rbp at CFA - 16 */
	0x43, 0x0d, 6,			/* 4: by rbp */
	0x4c, 0x0a, 0xc6, 0x0c, 7, 8,	/* 16: remembered, as at first */
	0x41, 0x0b,			/* 17: as at 4 */
};

START_TEST(each_instruction_has_its_row)
{
	struct cfi_row row;

	build(framed, sizeof(framed), "zR");
	ck_assert_int_eq(row_at(0, &row), 0);
	ck_assert_int_eq(row.cfa_reg, CFI_RSP);
	ck_assert_int_eq(row.cfa_val, 8);
	ck_assert_int_eq(row.how[CFI_RBP], CFI_SAME);
	ck_assert_int_eq(row.how[CFI_RA], CFI_OFFSET);
	ck_assert_int_eq(row.val[CFI_RA], -8);
	ck_assert_int_eq(row_at(1, &row), 0);
	ck_assert_int_eq(row.cfa_val, 16);
	ck_assert_int_eq(row.val[CFI_RBP], -16);
	ck_assert_int_eq(row_at(4, &row), 0);
	ck_assert_int_eq(row.cfa_reg, CFI_RBP);
	ck_assert_int_eq(row_at(16, &row), 0);
	ck_assert_int_eq(row.cfa_reg, CFI_RSP);
	ck_assert_int_eq(row.how[CFI_RBP], CFI_SAME);
	ck_assert_int_eq(row_at(17, &row), 0);
	ck_assert_int_eq(row.cfa_reg, CFI_RBP);
	ck_assert_int_eq(row.val[CFI_RBP], -16);
	ck_assert(!row.signal);
}
END_TEST

START_TEST(what_is_outside_of_all_entries_has_no_row)
{
	struct cfi_row row;

	build(framed, sizeof(framed), "zR");
	ck_assert_int_eq(row_at(CODE_SIZE - 1, &row), 0);
	ck_assert_int_eq(row_at(CODE_SIZE, &row), -ENOENT);
	ck_assert_int_eq(row_at((unsigned)-1, &row), -ENOENT);
}
END_TEST

START_TEST(a_signal_frame_says_so)
{
	struct cfi_row row;

	build(framed, sizeof(framed), "zRS");
	ck_assert_int_eq(row_at(0, &row), 0);
	ck_assert(row.signal);
}
END_TEST

START_TEST(without_a_sorted_table_entries_are_searched)
{
	struct cfi_row row;

	build(framed, sizeof(framed), "zR");
	image[3] = 0xff;
	ck_assert_int_eq(row_at(4, &row), 0);
	ck_assert_int_eq(row.cfa_reg, CFI_RBP);
	ck_assert_int_eq(row_at(CODE_SIZE, &row), -ENOENT);
}
END_TEST

START_TEST(an_expression_is_found_where_it_is)
{
	static const uint8_t program[] = { 0x0f, 3, 0x76, 0x78, 0x06 };
	const uint8_t *from, *to;
	struct cfi_row row;

	build(program, sizeof(program), "zR");
	ck_assert_int_eq(row_at(0, &row), 0);
	ck_assert_int_eq(row.cfa_how, CFI_VAL_EXPR);
	ck_assert(cfi_expression(&im, row.cfa_val, &from, &to));
	ck_assert_int_eq(to - from, 3);
	ck_assert_int_eq(from[0], 0x76);
	ck_assert(!cfi_expression(&im, 100000, &from, &to));
}
END_TEST

START_TEST(wrong_programs_are_refused)
{
	static const uint8_t bad[][4] = {
		{ 0x0b }, { 0x3f }, { 0x0c, 99, 1 }, { 0x01 }, { 0x10, 6, 99 },
	};
	struct cfi_row row;

	for (size_t i = 0; i < 5; i++) {
		build(bad[i], 4, "zR");
		ck_assert_int_eq(row_at(0, &row), -EINVAL);
	}
}
END_TEST

START_TEST(a_cut_image_is_never_read_past_its_end)
{
	struct cfi_row row;

	build(framed, sizeof(framed), "zR");
	for (size_t n = 0; n < used; n++) {
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, image, n);
		im = (struct cfi_image){ copy, copy, copy + n };
		cfi_find(&im, (uintptr_t)copy + sizeof(image) + CODE, &row);
		free(copy);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cfi");
	TCase *t = tcase_create("cfi");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, each_instruction_has_its_row);
	tcase_add_test(t, what_is_outside_of_all_entries_has_no_row);
	tcase_add_test(t, a_signal_frame_says_so);
	tcase_add_test(t, without_a_sorted_table_entries_are_searched);
	tcase_add_test(t, an_expression_is_found_where_it_is);
	tcase_add_test(t, wrong_programs_are_refused);
	tcase_add_test(t, a_cut_image_is_never_read_past_its_end);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
