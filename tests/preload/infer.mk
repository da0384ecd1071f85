# Pools that nobody told us about.
dist_check_SCRIPTS += tests/preload/pools.test tests/preload/guises.test \
	tests/preload/roles.test tests/preload/hired.test
EXTRA_DIST += tests/preload/pools.py tests/preload/guises.py \
	tests/preload/roles.py tests/preload/hired.py tests/preload/poolwatch.py
TESTS += tests/preload/pools.test tests/preload/guises.test \
	tests/preload/roles.test tests/preload/hired.test
