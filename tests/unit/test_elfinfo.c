/*
 * test_elfinfo - the reader of ELF headers believes nothing that it reads.
 */
#include "tool/cli/elfinfo.h"

#include <check.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *image;
static size_t image_len;

/* The first part of this program: all of its headers, none of its weight. */
static void
read_self(void)
{
	FILE *f = fopen("/proc/self/exe", "r");

	ck_assert_ptr_nonnull(f);
	image = malloc(64 * 1024);
	image_len = fread(image, 1, 64 * 1024, f);
	fclose(f);
	ck_assert_uint_gt(image_len, sizeof(ElfW(Ehdr)));
}

static void
drop_self(void)
{
	free(image);
}

/* Reads a copy that ends where its block ends, so that a sanitizer sees one
 * byte too many. */
static enum elfinfo_result
read_copy(const uint8_t *data, size_t len, struct elfinfo *out)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, data, len);

	enum elfinfo_result r = elfinfo_read(copy, len, out);

	free(copy);
	return r;
}

START_TEST(own_headers_name_machine_and_loader)
{
	struct elfinfo e;

	elfinfo_read(image, image_len, &e);
	ck_assert(e.native);
	ck_assert_uint_eq(e.bits, 8 * sizeof(void *));
	ck_assert_ptr_nonnull(elfinfo_machine_name(e.machine));
	ck_assert_ptr_nonnull(strstr(e.interp, "/ld-"));
	ck_assert(!e.is_loader);
}
END_TEST

START_TEST(what_is_not_elf_is_not_damaged)
{
	struct elfinfo e;

	ck_assert_int_eq(read_copy(image, 0, &e), ELFINFO_NOT_ELF);
	ck_assert_int_eq(read_copy(image, 3, &e), ELFINFO_NOT_ELF);
	ck_assert_int_eq(read_copy((const uint8_t *)"#!/bin/sh\n", 10, &e),
	    ELFINFO_NOT_ELF);
}
END_TEST

START_TEST(cut_at_any_header_byte_is_damaged)
{
	struct elfinfo e;

	for (size_t len = SELFMAG; len < 700; len++)
		ck_assert_int_eq(read_copy(image, len, &e), ELFINFO_DAMAGED);
}
END_TEST

START_TEST(another_word_size_is_told_without_reading_on)
{
	struct elfinfo e;
	uint8_t head[32];

	memcpy(head, image, sizeof(head));
	head[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS32 : ELFCLASS64;
	head[EI_NIDENT + 2] = EM_386;
	head[EI_NIDENT + 3] = 0;
	ck_assert_int_eq(read_copy(head, sizeof(head), &e), ELFINFO_OK);
	ck_assert(!e.native);
	ck_assert_str_eq(elfinfo_machine_name(e.machine), "i386");
}
END_TEST

START_TEST(another_byte_order_is_told)
{
	struct elfinfo e;
	uint8_t head[32];

	memcpy(head, image, sizeof(head));
	head[EI_DATA] = ELFDATA2MSB;
	head[EI_NIDENT + 2] = 0;
	head[EI_NIDENT + 3] = EM_S390;
	ck_assert_int_eq(read_copy(head, sizeof(head), &e), ELFINFO_OK);
	ck_assert(!e.native);
	ck_assert_str_eq(elfinfo_machine_name(e.machine), "s390");
}
END_TEST

START_TEST(interpreter_without_an_end_is_damaged)
{
	struct elfinfo e;
	ElfW(Ehdr) *eh = (void *)image;
	ElfW(Phdr) *ph = (void *)(image + eh->e_phoff);

	for (unsigned i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_INTERP)
			ph[i].p_filesz = ELFINFO_INTERP_MAX;
	ck_assert_int_eq(read_copy(image, image_len, &e), ELFINFO_DAMAGED);
}
END_TEST

/* A small generator, so that a failure comes back with the same number. */
static uint32_t
next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

START_TEST(changed_headers_never_lead_outside_the_file)
{
	uint32_t state = (uint32_t)_i + 1;
	uint8_t *saved = malloc(image_len);
	struct elfinfo e;

	memcpy(saved, image, image_len);
	for (int round = 0; round < 300; round++) {
		memcpy(image, saved, image_len);
		for (unsigned n = next(&state) % 8 + 1; n > 0; n--)
			image[next(&state) % 1024] = (uint8_t)next(&state);
		read_copy(image, next(&state) % 2 ? image_len :
		    next(&state) % image_len, &e);
		ck_assert_uint_lt(strlen(e.interp), ELFINFO_INTERP_MAX);
	}
	free(saved);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("elfinfo");
	TCase *t = tcase_create("elfinfo");

	tcase_add_checked_fixture(t, read_self, drop_self);
	tcase_add_test(t, own_headers_name_machine_and_loader);
	tcase_add_test(t, what_is_not_elf_is_not_damaged);
	tcase_add_test(t, cut_at_any_header_byte_is_damaged);
	tcase_add_test(t, another_word_size_is_told_without_reading_on);
	tcase_add_test(t, another_byte_order_is_told);
	tcase_add_test(t, interpreter_without_an_end_is_damaged);
	tcase_add_loop_test(t, changed_headers_never_lead_outside_the_file,
	    0, 20);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
