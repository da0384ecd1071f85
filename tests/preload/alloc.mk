# Allocation tracing: leaks, the text, what it must not change.
ALLOC_PRELOAD_TESTS = tests/preload/leaks.test tests/preload/alloctext.test \
	tests/preload/gaps.test tests/preload/lines.test \
	tests/preload/places.test tests/preload/reach.test \
	tests/preload/early.test
dist_check_SCRIPTS += $(ALLOC_PRELOAD_TESTS)
TESTS += $(ALLOC_PRELOAD_TESTS)
EXTRA_DIST += tests/preload/alloctext.awk
