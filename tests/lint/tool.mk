LINT_TESTS += tests/lint/manual.test
EXTRA_DIST += tests/lint/manual.py
