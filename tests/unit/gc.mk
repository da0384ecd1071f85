# shim/ticker, shim/gc: the periodic thread, gctrace, memstats
if HAVE_CHECK
GC_UNIT_TESTS = tests/unit/test_classes \
	tests/unit/test_cpus tests/unit/test_gccycle \
	tests/unit/test_lines tests/unit/test_rss tests/unit/test_smaps \
	tests/unit/test_ticker
check_PROGRAMS += $(GC_UNIT_TESTS)
TESTS += $(GC_UNIT_TESTS)
GC_UNIT_LIBS = src/shim/sched/libsched.la src/shim/stack/libstack.la \
	src/common/symbol/libsymbol.la \
	src/shim/state/libstate.la \
	$(COMMON_LIBS) $(CHECK_LIBS)
tests_unit_test_classes_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_classes_SOURCES = tests/unit/test_classes.c \
	src/shim/gc/classes.c src/shim/gc/gccycle.c
tests_unit_test_classes_LDADD = $(GC_UNIT_LIBS)
tests_unit_test_cpus_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cpus_SOURCES = tests/unit/test_cpus.c src/shim/proc/cpus.c
tests_unit_test_cpus_LDADD = $(GC_UNIT_LIBS)
tests_unit_test_gccycle_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_gccycle_SOURCES = tests/unit/test_gccycle.c \
	src/shim/gc/gccycle.c
tests_unit_test_gccycle_LDADD = $(GC_UNIT_LIBS)
tests_unit_test_lines_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_lines_SOURCES = tests/unit/test_lines.c \
	src/shim/ticker/lines.c
tests_unit_test_lines_LDADD = $(GC_UNIT_LIBS)
tests_unit_test_rss_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_rss_SOURCES = tests/unit/test_rss.c \
	src/shim/gc/rss_parts.c
tests_unit_test_rss_LDADD = $(GC_UNIT_LIBS)
tests_unit_test_smaps_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_smaps_SOURCES = tests/unit/test_smaps.c \
	src/shim/proc/smaps.c
tests_unit_test_smaps_LDADD = $(GC_UNIT_LIBS)
tests_unit_test_ticker_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_ticker_SOURCES = tests/unit/test_ticker.c \
	src/shim/ticker/ticker.c src/shim/ticker/ticker_life.c
tests_unit_test_ticker_LDADD = $(GC_UNIT_LIBS)
endif
