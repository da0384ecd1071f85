# shim/sched: taskmap
if HAVE_CHECK
check_PROGRAMS += tests/unit/test_taskmap
TESTS += tests/unit/test_taskmap
tests_unit_test_taskmap_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_taskmap_LDADD = src/shim/sched/libsched.la \
	src/shim/state/libstate.la $(COMMON_LIBS) $(CHECK_LIBS)
endif
