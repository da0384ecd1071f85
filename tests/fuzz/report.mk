# Logs and tapes through the whole of the command's reports.
check_PROGRAMS += tests/fuzz/fuzz_report
tests_fuzz_fuzz_report_SOURCES = tests/fuzz/fuzz.h tests/fuzz/fuzz_main.c \
	tests/fuzz/fuzz_report.c
tests_fuzz_fuzz_report_LDADD = src/tool/cli/libcli.la $(DIAG_TOOL_LIBS)
TESTS += tests/fuzz/report.test
dist_check_SCRIPTS += tests/fuzz/report.test
EXTRA_DIST += tests/fuzz/seeds/report/late tests/fuzz/seeds/report/log \
	tests/fuzz/seeds/report/periods \
	tests/fuzz/seeds/report/tape tests/fuzz/seeds/report/mixed
