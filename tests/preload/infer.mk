# Pools that nobody told us about.
dist_check_SCRIPTS += tests/preload/pools.test
EXTRA_DIST += tests/preload/pools.py
TESTS += tests/preload/pools.test
