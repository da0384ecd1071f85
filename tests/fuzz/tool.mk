# tests/fuzz: logs that the command reads.
check_PROGRAMS += tests/fuzz/fuzz_log
tests_fuzz_fuzz_log_SOURCES = tests/fuzz/fuzz.h tests/fuzz/fuzz_main.c \
	tests/fuzz/fuzz_log.c
tests_fuzz_fuzz_log_LDADD = $(DIAG_TOOL_LIBS)
dist_check_SCRIPTS += tests/fuzz/log.test
TESTS += tests/fuzz/log.test
EXTRA_DIST += tests/fuzz/seeds/log/incident tests/fuzz/seeds/log/mixed
