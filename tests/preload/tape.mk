# tests/preload: the tape.
check_PROGRAMS += tests/preload/tapecheck tests/hosts/tape_churn \
	tests/hosts/tape_forker
tests_preload_tapecheck_LDADD = $(COMMON_LIBS)
tests_hosts_tape_churn_LDADD = -lpthread
TESTS += tests/preload/tape.test
dist_check_SCRIPTS += tests/preload/tape.test
