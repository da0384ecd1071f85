# Outputs that are full, closed, swept away or somebody else's.
dist_check_SCRIPTS += tests/preload/sink.test
TESTS += tests/preload/sink.test
