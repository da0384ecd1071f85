# tests/fuzz: readers of bytes that anybody may have written.  Each target is a
# program that runs over its seeds in make check; with
#	clang -DFUZZING -fsanitize=fuzzer,address ...
# it is a libFuzzer target.
check_PROGRAMS += tests/fuzz/fuzz_elf
tests_fuzz_fuzz_elf_SOURCES = tests/fuzz/fuzz_elf.c
tests_fuzz_fuzz_elf_LDADD = src/common/symbol/libsymbol.la \
	src/common/base/libbase.la
dist_check_SCRIPTS += tests/fuzz/elf.test
TESTS += tests/fuzz/elf.test
EXTRA_DIST += tests/fuzz/seeds/elf/header tests/fuzz/seeds/elf/object \
	tests/fuzz/seeds/elf/object32 tests/fuzz/seeds/elf/script \
	tests/fuzz/seeds/elf/shared tests/fuzz/seeds/elf/stripped
