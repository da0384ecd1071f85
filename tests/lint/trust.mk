LINT_TESTS += tests/lint/hardening.test tests/lint/hazards.test \
	tests/lint/support.test
EXTRA_DIST += tests/lint/hardening.py tests/lint/hazards.py
