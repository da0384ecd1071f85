# Programs with pools that nobody told us about.
TESTS += tests/servers/pools_real.test
dist_check_SCRIPTS += tests/servers/pools_real.test
