# The allocator, fork, the loader, the ways out.
HEAP_PRELOAD_TESTS = tests/preload/fastpath.test \
	tests/preload/malloc.test tests/preload/ways_out.test \
	tests/preload/fork.test tests/preload/dlopen.test \
	tests/preload/exports.test
dist_check_SCRIPTS += $(HEAP_PRELOAD_TESTS)
TESTS += $(HEAP_PRELOAD_TESTS)
