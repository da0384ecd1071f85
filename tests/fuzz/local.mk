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
FUZZ_TARGETS = tests/fuzz/fuzz_options tests/fuzz/fuzz_proc \
	tests/fuzz/fuzz_names
check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += tests/fuzz/fuzz.test
dist_check_SCRIPTS += tests/fuzz/fuzz.test
EXTRA_DIST += tests/fuzz/seeds.sh
FUZZ_LIBS = src/common/options/liboptions.la src/common/base/libbase.la
tests_fuzz_fuzz_options_SOURCES = tests/fuzz/fuzz.h \
	tests/fuzz/fuzz_main.c tests/fuzz/fuzz_options.c
tests_fuzz_fuzz_options_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_proc_SOURCES = tests/fuzz/fuzz.h \
	tests/fuzz/fuzz_main.c tests/fuzz/fuzz_proc.c
tests_fuzz_fuzz_proc_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_names_SOURCES = tests/fuzz/fuzz.h \
	tests/fuzz/fuzz_main.c tests/fuzz/fuzz_names.c \
	src/shim/names/cxxname.c src/shim/names/rustname.c \
	src/shim/names/rustpath.c
tests_fuzz_fuzz_names_CFLAGS = $(AM_CFLAGS)
tests_fuzz_fuzz_names_LDADD = $(FUZZ_LIBS)

include tests/fuzz/gc.mk
include tests/fuzz/tool.mk

# Unwind tables and tapes: they make their seeds themselves (replay.h).
REPLAY_TARGETS = tests/fuzz/fuzz_cfi tests/fuzz/fuzz_tape
REPLAY_SOURCES = tests/fuzz/replay.h tests/fuzz/replay.c
REPLAY_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
check_PROGRAMS += $(REPLAY_TARGETS)
TESTS += $(REPLAY_TARGETS)
tests_fuzz_fuzz_cfi_SOURCES = tests/fuzz/fuzz_cfi.c $(REPLAY_SOURCES)
tests_fuzz_fuzz_cfi_CPPFLAGS = $(REPLAY_CPPFLAGS)
tests_fuzz_fuzz_cfi_LDADD = src/shim/stack/libstack.la \
	src/common/symbol/libsymbol.la \
	src/shim/state/libstate.la $(COMMON_LIBS)
tests_fuzz_fuzz_tape_SOURCES = tests/fuzz/fuzz_tape.c $(REPLAY_SOURCES)
tests_fuzz_fuzz_tape_CPPFLAGS = $(REPLAY_CPPFLAGS)
tests_fuzz_fuzz_tape_LDADD = $(COMMON_LIBS)

# All targets under libFuzzer: make fuzz FUZZ_SECONDS=600 FUZZ="cfi tape".
# What a target is built from stands in its "sources:" lines.
EXTRA_DIST += tests/fuzz/run.sh
.PHONY: fuzz
fuzz: all $(REPLAY_TARGETS)
	$(SHELL) $(srcdir)/tests/fuzz/run.sh '$(abs_top_srcdir)' \
		'$(abs_top_builddir)' "$${FUZZ_SECONDS:-60}" $(FUZZ)
include tests/fuzz/report.mk
include tests/fuzz/long.mk
