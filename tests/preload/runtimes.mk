# Pools of known runtimes.
dist_check_SCRIPTS += tests/preload/runtimes.test
EXTRA_DIST += tests/preload/pool_truth.py
TESTS += tests/preload/runtimes.test
