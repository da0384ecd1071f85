check_PROGRAMS += tests/fuzz/fuzz_smaps
tests_fuzz_fuzz_smaps_SOURCES = tests/fuzz/fuzz_smaps.c src/shim/proc/smaps.c \
	src/shim/proc/cpus.c
tests_fuzz_fuzz_smaps_CFLAGS = $(AM_CFLAGS)
tests_fuzz_fuzz_smaps_LDADD = src/common/base/libbase.la
dist_check_SCRIPTS += tests/fuzz/smaps.test
TESTS += tests/fuzz/smaps.test
EXTRA_DIST += tests/fuzz/seeds/smaps/nocolon tests/fuzz/seeds/smaps/cgroup tests/fuzz/seeds/smaps/maps \
	tests/fuzz/seeds/smaps/smaps
