# tests/unit: pools that we are told about.
if HAVE_CHECK
POOL_UNIT_TESTS = tests/unit/test_fullness tests/unit/test_histogram \
	tests/unit/test_pool tests/unit/test_pool_hurry
TOLDBED = tests/unit/toldbed.h tests/unit/toldbed.c
check_PROGRAMS += $(POOL_UNIT_TESTS)
TESTS += $(POOL_UNIT_TESTS)
tests_unit_test_fullness_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_fullness_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_histogram_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_histogram_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_pool_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_pool_SOURCES = tests/unit/test_pool.c $(TOLDBED)
tests_unit_test_pool_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_pool_hurry_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_pool_hurry_SOURCES = tests/unit/test_pool_hurry.c $(TOLDBED)
tests_unit_test_pool_hurry_LDADD = $(SCHED_UNIT_LIBS)
endif
