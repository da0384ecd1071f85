# tests/lint: rules of the tree that a machine can check.  "make lint" runs
# these alone.  Each script proves first, on planted trees, that it finds what
# it looks for.
LINT_TESTS = tests/lint/layers.test tests/lint/imports.test \
	tests/lint/exports.test tests/lint/needed.test \
	tests/lint/format.test tests/lint/words.test tests/lint/ignored.test
TESTS += $(LINT_TESTS)
dist_check_SCRIPTS += $(LINT_TESTS)
EXTRA_DIST += tests/lint/ranks tests/lint/elf.py tests/lint/exports.py \
	tests/lint/format.py tests/lint/imports.py tests/lint/layers.py \
	tests/lint/lintlib.py tests/lint/needed.py tests/lint/words.py

# What imports.py compares with.
EXTRA_DIST += src/common/base/IMPORTS src/common/options/IMPORTS \
	src/common/symbol/IMPORTS src/common/tape/IMPORTS src/shim/state/IMPORTS \
	src/shim/heap/IMPORTS src/shim/stack/IMPORTS src/shim/sink/IMPORTS \
	src/shim/sched/IMPORTS src/shim/preload/IMPORTS

# Not through check-TESTS, which would first build every test program.
.PHONY: lint
lint: all
	@$(AM_TESTS_ENVIRONMENT) status=0; for t in $(LINT_TESTS); do \
		if $(SHELL) $(srcdir)/$$t; then echo "PASS: $$t"; \
		else echo "FAIL: $$t"; status=1; fi; \
	done; exit $$status
include tests/lint/tool.mk
include tests/lint/trust.mk
