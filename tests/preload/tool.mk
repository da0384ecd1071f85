# tests/preload: the command.
TESTS += tests/preload/cli.test tests/preload/collected.test \
	tests/preload/damage.test \
	tests/preload/freed.test tests/preload/report.test \
	tests/preload/plot.test tests/preload/leakhunt.test \
	tests/preload/offspring.test \
	tests/preload/readers.test tests/preload/mangled.test \
	tests/preload/replaced.test tests/preload/packed.test
dist_check_SCRIPTS += tests/preload/cli.test \
	tests/preload/collected.test tests/preload/damage.test \
	tests/preload/freed.test tests/preload/report.test \
	tests/preload/plot.test tests/preload/leakhunt.test \
	tests/preload/offspring.test \
	tests/preload/readers.test tests/preload/mangled.test \
	tests/preload/replaced.test tests/preload/packed.test
EXTRA_DIST += tests/golden/incident.log tests/golden/incident.report
