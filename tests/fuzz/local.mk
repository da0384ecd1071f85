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

# tests/fuzz: parsers of text that is not ours.
FUZZ_TARGETS = tests/fuzz/fuzz_options tests/fuzz/fuzz_proc
check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += tests/fuzz/fuzz.test
dist_check_SCRIPTS += tests/fuzz/fuzz.test
EXTRA_DIST += tests/fuzz/fuzz.sh tests/fuzz/seeds.sh
FUZZ_LIBS = src/common/options/liboptions.la src/common/base/libbase.la
tests_fuzz_fuzz_options_SOURCES = tests/fuzz/fuzz.h \
	tests/fuzz/fuzz_main.c tests/fuzz/fuzz_options.c
tests_fuzz_fuzz_options_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_proc_SOURCES = tests/fuzz/fuzz.h \
	tests/fuzz/fuzz_main.c tests/fuzz/fuzz_proc.c
tests_fuzz_fuzz_proc_LDADD = $(FUZZ_LIBS)

# How long each target looks.
FUZZ_SECONDS = 60
.PHONY: fuzz
fuzz:
	srcdir=$(srcdir) sh $(srcdir)/tests/fuzz/fuzz.sh $(FUZZ_SECONDS)
include tests/fuzz/gc.mk
