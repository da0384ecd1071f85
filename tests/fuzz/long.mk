# All targets under libFuzzer, FUZZ_SECONDS each.
LONG_TESTS += tests/fuzz/fuzz_long.test
dist_check_SCRIPTS += tests/fuzz/fuzz_long.test
