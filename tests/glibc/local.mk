# tests/glibc: glibc's own malloc tests under libdiag.
TESTS += tests/glibc/malloc.test
LONG_TESTS += tests/glibc/malloc_long.test
dist_check_SCRIPTS += tests/glibc/malloc.test tests/glibc/malloc_long.test
EXTRA_DIST += tests/glibc/exceptions tests/glibc/slow
