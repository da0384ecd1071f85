# tests: how make check runs them.  A test is a program (check_PROGRAMS) or a
# sh script "*.test" (dist_check_SCRIPTS), and is listed in TESTS; what takes
# long is a *.test listed in LONG_TESTS, for make check-long.  A test that
# cannot run says why and exits 77.  The system's programs come first: a user's
# own python3 may be a script of many processes.
TEST_EXTENSIONS = .test
TEST_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = \
	PATH="/usr/bin:/bin:$$PATH"; export PATH; \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	HOSTS="$$top_builddir/tests/hosts"; export HOSTS; \
	HARNESS="$$top_builddir/tests/preload/harness"; export HARNESS; \
	DIAG_LIB="$$top_builddir/.libs/libdiag.so"; export DIAG_LIB; \
	DIAG_TOOL="$$top_builddir/diag"; export DIAG_TOOL; \
	DIAG_FORMATS="$$top_srcdir/tests/golden/formats.ere"; \
	export DIAG_FORMATS; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE; \
	CK_DEFAULT_TIMEOUT=120; export CK_DEFAULT_TIMEOUT; \
	CC='$(CC)'; export CC; \
	NM='$(NM)'; export NM; \
	JEMALLOC_PIC_A='$(JEMALLOC_PIC_A)'; export JEMALLOC_PIC_A; \
	unset DIAG LD_PRELOAD MALLOC_CONF;

# The unit tests alone, for the other compiler and the sanitizers: UNIT_TESTS
# may be fewer.  What they need is built, and nothing else.
UNIT_TESTS = $(filter tests/unit/%,$(TESTS))
.PHONY: check-unit
check-unit: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(UNIT_TESTS)' \
		check_PROGRAMS='$(filter $(UNIT_TESTS),$(check_PROGRAMS))' \
		check_LTLIBRARIES= check_DATA=

# Then what all of them come to, in a line.  What takes longest goes first, so
# that with -j nothing waits for it in the end.
LONGEST_TESTS = tests/hazards/soak_long.test tests/fault/fault_long.test
CHECK_LONG = $(LONGEST_TESTS) $(HAZARD_TESTS) \
	$(filter-out $(LONGEST_TESTS),$(LONG_TESTS))
EXTRA_DIST += tests/summary.sh
.PHONY: check-long
check-long: all $(BENCH_TOOLS)
	status=0; $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS='$(CHECK_LONG)' \
		TEST_SUITE_LOG=test-suite-long.log || status=$$?; \
	$(SHELL) $(srcdir)/tests/summary.sh . '$(abs_top_srcdir)' && \
		exit $$status
