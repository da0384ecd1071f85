# tests/preload: the tape.
check_PROGRAMS += tests/preload/tapecheck tests/hosts/tape_churn \
	tests/hosts/tape_forker tests/hosts/tape_many tests/hosts/iconv_names
tests_preload_tapecheck_LDADD = $(COMMON_LIBS)
tests_hosts_tape_churn_LDADD = -lpthread
tests_hosts_tape_many_LDADD = -lpthread
TESTS += tests/preload/tape.test tests/preload/jit.test \
	tests/preload/tape_memory.test tests/preload/unseen_unload.test
dist_check_SCRIPTS += tests/preload/tape.test tests/preload/jit.test \
	tests/preload/tape_memory.test tests/preload/unseen_unload.test \
	tests/preload/tape_kills.test tests/preload/tape_hundred.test
LONG_TESTS += tests/preload/tape_kills.test tests/preload/tape_hundred.test
