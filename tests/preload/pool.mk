# Pools that are told about, by the API or by adapters.
POOL_TESTS = tests/preload/api.test tests/preload/async.test \
	tests/preload/control.test \
	tests/preload/openmp.test tests/preload/tbb.test
dist_check_SCRIPTS += $(POOL_TESTS)
TESTS += $(POOL_TESTS)
EXTRA_DIST += tests/preload/poollog.py tests/preload/told_truth.py
