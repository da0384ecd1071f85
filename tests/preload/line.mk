# Pools that starve.
dist_check_SCRIPTS += tests/preload/starve.test
TESTS += tests/preload/starve.test
