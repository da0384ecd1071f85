# tests/preload: the command.
TESTS += tests/preload/cli.test tests/preload/report.test
dist_check_SCRIPTS += tests/preload/cli.test tests/preload/report.test
