# Pools that nobody told us about.
dist_check_SCRIPTS += tests/preload/pools.test tests/preload/guises.test
EXTRA_DIST += tests/preload/pools.py tests/preload/guises.py
TESTS += tests/preload/pools.test tests/preload/guises.test
