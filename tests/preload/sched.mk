# Threads, waits, schedtrace.
SCHED_TESTS = tests/preload/threads.test tests/preload/waits.test \
	tests/preload/schedtrace.test tests/preload/naps.test \
	tests/preload/ownlocks.test
dist_check_SCRIPTS += $(SCHED_TESTS) tests/preload/schedtrace_long.test
TESTS += $(SCHED_TESTS)
LONG_TESTS += tests/preload/schedtrace_long.test
