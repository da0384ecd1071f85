# shim/schedtrace: POOL lines and verdicts
if HAVE_CHECK
LINE_UNIT = tests/unit/test_poolline tests/unit/test_threadwalk \
	tests/unit/test_verdict
check_PROGRAMS += $(LINE_UNIT)
TESTS += $(LINE_UNIT)
LINE_UNIT_LIBS = src/shim/sched/libsched.la src/shim/stack/libstack.la \
	src/common/symbol/libsymbol.la \
	src/shim/state/libstate.la $(COMMON_LIBS) $(CHECK_LIBS)
tests_unit_test_poolline_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_poolline_SOURCES = tests/unit/test_poolline.c \
	src/shim/schedtrace/poolline.c
tests_unit_test_poolline_LDADD = $(LINE_UNIT_LIBS)
tests_unit_test_threadwalk_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_threadwalk_SOURCES = tests/unit/test_threadwalk.c \
	src/shim/tasks/threadwalk.c src/shim/tasks/stackscan.c \
	src/shim/tasks/stackcopy.c src/shim/tasks/unload.c \
	src/shim/proc/procfs.c src/shim/proc/procfs_parse.c
tests_unit_test_threadwalk_LDADD = $(LINE_UNIT_LIBS)
tests_unit_test_verdict_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c \
	src/shim/schedtrace/verdict.c src/shim/schedtrace/poolline.c
tests_unit_test_verdict_LDADD = $(LINE_UNIT_LIBS)
endif
