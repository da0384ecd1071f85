/*
 * test_symbol - functions are found by address, in whole and damaged files.
 */
#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/symbol/symbol.h"

enum { TEXT = 1, SYMTAB = 2, STRTAB = 3, SECTIONS = 4, SYMBOLS_MAX = 32 };

/* A small ELF file: an executable section at 0x1000, symbols, a build id. */
static struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	Elf64_Shdr section[SECTIONS];
	struct {
		Elf64_Nhdr head;
		char owner[4];
		uint8_t id[8];
	} note;
	Elf64_Sym symbol[SYMBOLS_MAX];
	char names[1024];
} image;
static unsigned symbols;
static size_t names_len;

static void
setup(void)
{
	memset(&image, 0, sizeof(image));
	memcpy(image.header.e_ident, ELFMAG, SELFMAG);
	image.header.e_ident[EI_CLASS] = ELFCLASS64;
	image.header.e_ident[EI_DATA] = ELFDATA2LSB;
	image.header.e_ident[EI_VERSION] = EV_CURRENT;
	image.header.e_phoff = offsetof(struct image, segment);
	image.header.e_phentsize = sizeof(Elf64_Phdr);
	image.header.e_phnum = 1;
	image.header.e_shoff = offsetof(struct image, section);
	image.header.e_shentsize = sizeof(Elf64_Shdr);
	image.header.e_shnum = SECTIONS;
	image.segment.p_type = PT_NOTE;
	image.segment.p_offset = offsetof(struct image, note);
	image.segment.p_filesz = sizeof(image.note);
	image.note.head = (Elf64_Nhdr){ 4, 8, NT_GNU_BUILD_ID };
	memcpy(image.note.owner, "GNU", 4);
	memcpy(image.note.id, "\x4f\x2c\0\1\2\3\4\5", 8);
	image.section[TEXT].sh_type = SHT_PROGBITS;
	image.section[TEXT].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
	image.section[TEXT].sh_addr = 0x1000;
	image.section[TEXT].sh_size = 0x1000;
	image.section[SYMTAB].sh_type = SHT_SYMTAB;
	image.section[SYMTAB].sh_offset = offsetof(struct image, symbol);
	image.section[SYMTAB].sh_entsize = sizeof(Elf64_Sym);
	image.section[SYMTAB].sh_link = STRTAB;
	image.section[STRTAB].sh_type = SHT_STRTAB;
	image.section[STRTAB].sh_offset = offsetof(struct image, names);
	image.section[STRTAB].sh_size = sizeof(image.names);
	symbols = 0;
	names_len = 1;
}

static void
add(const char *name, uint64_t start, uint64_t size, unsigned bind,
    unsigned type)
{
	Elf64_Sym *s = &image.symbol[symbols++];

	s->st_name = (Elf64_Word)names_len;
	s->st_value = start;
	s->st_size = size;
	s->st_info = ELF64_ST_INFO(bind, type);
	s->st_shndx = TEXT;
	strcpy(image.names + names_len, name);
	names_len += strlen(name) + 1;
	image.section[SYMTAB].sh_size = symbols * sizeof(Elf64_Sym);
}

static struct symbol_file *
open_bytes(const void *bytes, size_t n, int *err)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	struct symbol_file *f;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	f = symbol_open(fd, err);
	close(fd);
	return f;
}

static struct symbol_file *
open_image(void)
{
	int err;
	struct symbol_file *f = open_bytes(&image, sizeof(image), &err);

	ck_assert_int_eq(err, 0);
	ck_assert_ptr_nonnull(f);
	return f;
}

/* "name+offset" of @vaddr, or "-". */
static const char *
find(const struct symbol_file *f, uint64_t vaddr)
{
	static char text[256];
	struct buf b = BUF(text);
	uint64_t start;
	const char *name = symbol_find(f, vaddr, &start);

	if (name == NULL)
		return "-";
	buf_printf(&b, "%s+%llu", name, (unsigned long long)(vaddr - start));
	return buf_cstr(&b);
}

START_TEST(address_belongs_to_the_function_that_covers_it)
{
	struct symbol_file *f;

	add("second", 0x1200, 0x10, STB_LOCAL, STT_FUNC);
	add("first", 0x1100, 0x20, STB_GLOBAL, STT_FUNC);
	f = open_image();
	ck_assert_str_eq(find(f, 0x1100), "first+0");
	ck_assert_str_eq(find(f, 0x111f), "first+31");
	ck_assert_str_eq(find(f, 0x1120), "-");
	ck_assert_str_eq(find(f, 0x10ff), "-");
	ck_assert_str_eq(find(f, 0x120f), "second+15");
	ck_assert_str_eq(find(f, UINT64_MAX), "-");
	symbol_close(f);
}
END_TEST

START_TEST(function_without_size_reaches_to_the_next_or_the_section_end)
{
	struct symbol_file *f;

	add("entry", 0x1100, 0, STB_GLOBAL, STT_FUNC);
	add("next", 0x1180, 8, STB_GLOBAL, STT_FUNC);
	add("last", 0x1f00, 0, STB_GLOBAL, STT_FUNC);
	f = open_image();
	ck_assert_str_eq(find(f, 0x117f), "entry+127");
	ck_assert_str_eq(find(f, 0x1188), "-");
	ck_assert_str_eq(find(f, 0x1fff), "last+255");
	ck_assert_str_eq(find(f, 0x2000), "-");
	symbol_close(f);
}
END_TEST

START_TEST(global_name_wins_over_weak_over_local)
{
	struct symbol_file *f;

	add("local", 0x1100, 16, STB_LOCAL, STT_FUNC);
	add("weak", 0x1100, 16, STB_WEAK, STT_FUNC);
	add("__global", 0x1100, 16, STB_GLOBAL, STT_FUNC);
	add("weak2", 0x1200, 16, STB_WEAK, STT_FUNC);
	add("local2", 0x1200, 16, STB_LOCAL, STT_FUNC);
	add("label", 0x1300, 0, STB_GLOBAL, STT_NOTYPE);
	add("function", 0x1300, 16, STB_LOCAL, STT_FUNC);
	add("__libc_malloc", 0x1400, 16, STB_GLOBAL, STT_FUNC);
	add("malloc", 0x1400, 16, STB_GLOBAL, STT_FUNC);
	f = open_image();
	ck_assert_str_eq(find(f, 0x1101), "__global+1");
	ck_assert_str_eq(find(f, 0x1201), "weak2+1");
	ck_assert_str_eq(find(f, 0x1301), "function+1");
	ck_assert_str_eq(find(f, 0x1401), "malloc+1");
	symbol_close(f);
}
END_TEST

START_TEST(address_behind_a_nested_function_belongs_to_the_outer_one)
{
	struct symbol_file *f;

	add("outer", 0x1100, 0x100, STB_GLOBAL, STT_FUNC);
	add("inner", 0x1120, 0x10, STB_LOCAL, STT_FUNC);
	add("inner2", 0x1140, 0x10, STB_LOCAL, STT_FUNC);
	add("label", 0x1180, 0, STB_LOCAL, STT_NOTYPE);
	f = open_image();
	ck_assert_str_eq(find(f, 0x1125), "inner+5");
	ck_assert_str_eq(find(f, 0x1130), "outer+48");
	ck_assert_str_eq(find(f, 0x1145), "inner2+5");
	ck_assert_str_eq(find(f, 0x1160), "outer+96");
	ck_assert_str_eq(find(f, 0x1181), "outer+129");
	symbol_close(f);
}
END_TEST

START_TEST(resolver_functions_count_and_data_does_not)
{
	struct symbol_file *f;

	add("data", 0x1100, 16, STB_GLOBAL, STT_OBJECT);
	add("memcpy", 0x1200, 16, STB_GLOBAL, STT_GNU_IFUNC);
	add(".Llabel", 0x1300, 0, STB_LOCAL, STT_NOTYPE);
	f = open_image();
	ck_assert_str_eq(find(f, 0x1100), "-");
	ck_assert_str_eq(find(f, 0x1201), "memcpy+1");
	ck_assert_str_eq(find(f, 0x1301), "-");
	symbol_close(f);
}
END_TEST

START_TEST(version_of_a_symbol_is_not_part_of_its_name)
{
	struct symbol_file *f;

	add("clock@@GLIBC_2.2.5", 0x1100, 16, STB_GLOBAL, STT_FUNC);
	f = open_image();
	ck_assert_str_eq(find(f, 0x1100), "clock+0");
	symbol_close(f);
}
END_TEST

START_TEST(build_id_is_read_from_the_notes)
{
	char text[80];
	struct buf b = BUF(text);
	struct symbol_file *f = open_image();

	build_id_hex(&b, symbol_build_id(f));
	ck_assert_str_eq(buf_cstr(&b), "4f2c000102030405");
	symbol_close(f);
}
END_TEST

START_TEST(own_static_function_is_found)
{
	int err, fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct symbol_file *f = symbol_open(fd, &err);
	uintptr_t bias = 0;
	struct dl_find_object o;

	close(fd);
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(_dl_find_object((void *)(uintptr_t)open_image, &o), 0);
	bias = o.dlfo_link_map->l_addr;
	ck_assert_str_eq(find(f, (uintptr_t)open_image - bias),
	    "open_image+0");
	symbol_close(f);
}
END_TEST

static int
first_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	return symbol_mapped_build_id(info->dlpi_addr, info->dlpi_phdr,
	    info->dlpi_phnum, arg) ? 1 : 2;
}

START_TEST(build_id_in_memory_is_the_one_in_the_file)
{
	int err, fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct symbol_file *f = symbol_open(fd, &err);
	struct build_id id;

	close(fd);
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ne(dl_iterate_phdr(first_object, &id), 0);
	ck_assert_uint_eq(id.len, symbol_build_id(f)->len);
	ck_assert_mem_eq(id.bytes, symbol_build_id(f)->bytes, BUILD_ID_MAX);
	symbol_close(f);
}
END_TEST

/* Opens, asks everywhere, closes; whatever the bytes are. */
static void
use(const void *bytes, size_t n)
{
	int err;
	struct symbol_file *f = open_bytes(bytes, n, &err);
	uint64_t start;

	if (f == NULL)
		return;
	for (uint64_t at = 0xff0; at < 0x2010; at += 8) {
		const char *name = symbol_find(f, at, &start);

		if (name != NULL)
			ck_assert_uint_lt(strlen(name), sizeof(image.names));
	}
	symbol_find(f, UINT64_MAX, &start);
	symbol_close(f);
}

static void
fill(void)
{
	add("outer", 0x1100, 0x100, STB_GLOBAL, STT_FUNC);
	add("inner", 0x1120, 0x10, STB_LOCAL, STT_FUNC);
	add("plain", 0x1400, 0, STB_WEAK, STT_FUNC);
	add("clock@V1", 0x1600, 16, STB_GLOBAL, STT_FUNC);
}

START_TEST(file_cut_anywhere_is_survived)
{
	fill();
	for (size_t n = 1; n < sizeof(image); n += 7)
		use(&image, n);
}
END_TEST

START_TEST(file_with_any_byte_wrong_is_survived)
{
	size_t held;
	struct image good;

	fill();
	use(&image, sizeof(image));
	held = mem_held();
	good = image;
	for (size_t i = 0; i < sizeof(image) - sizeof(image.names); i++) {
		for (unsigned v = 0; v < 3; v++) {
			unsigned char *p = (unsigned char *)&image;

			p[i] = v == 0 ? 0xff : v == 1 ? 0x80 : p[i] ^ 1;
			use(&image, sizeof(image));
			image = good;
		}
	}
	ck_assert_uint_eq(mem_held(), held); /* nothing was left behind */
}
END_TEST

START_TEST(what_is_not_elf_is_refused)
{
	int err;

	ck_assert_ptr_null(open_bytes("#!/bin/sh\n", 10, &err));
	ck_assert_int_lt(err, 0);
	image.header.e_ident[EI_CLASS] = ELFCLASS32;
	ck_assert_ptr_null(open_bytes(&image, sizeof(image), &err));
	ck_assert_int_lt(err, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("symbol");
	TCase *c = tcase_create("symbol");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, address_belongs_to_the_function_that_covers_it);
	tcase_add_test(c,
	    function_without_size_reaches_to_the_next_or_the_section_end);
	tcase_add_test(c, global_name_wins_over_weak_over_local);
	tcase_add_test(c,
	    address_behind_a_nested_function_belongs_to_the_outer_one);
	tcase_add_test(c, resolver_functions_count_and_data_does_not);
	tcase_add_test(c, version_of_a_symbol_is_not_part_of_its_name);
	tcase_add_test(c, build_id_is_read_from_the_notes);
	tcase_add_test(c, own_static_function_is_found);
	tcase_add_test(c, build_id_in_memory_is_the_one_in_the_file);
	tcase_add_test(c, file_cut_anywhere_is_survived);
	tcase_add_test(c, file_with_any_byte_wrong_is_survived);
	tcase_add_test(c, what_is_not_elf_is_refused);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
