# tests/glibc: glibc's own malloc tests under libdiag.
TESTS += tests/glibc/malloc.test
dist_check_SCRIPTS += tests/glibc/malloc.test
EXTRA_DIST += tests/glibc/exceptions
