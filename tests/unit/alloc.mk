# common/symbol, shim/alloc: allocation tracing
if HAVE_CHECK
ALLOC_UNIT_TESTS = tests/unit/test_symbol tests/unit/test_live \
	tests/unit/test_opener
check_PROGRAMS += $(ALLOC_UNIT_TESTS)
TESTS += $(ALLOC_UNIT_TESTS)
tests_unit_test_symbol_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_symbol_LDADD = $(COMMON_LIBS) $(CHECK_LIBS)
tests_unit_test_live_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_live_SOURCES = tests/unit/test_live.c src/shim/alloc/live.c \
	src/shim/alloc/sparse.c
tests_unit_test_live_LDADD = $(COMMON_LIBS) $(CHECK_LIBS)
tests_unit_test_opener_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_opener_SOURCES = tests/unit/test_opener.c \
	src/shim/ticker/opener.c
tests_unit_test_opener_LDADD = $(COMMON_LIBS) $(CHECK_LIBS)
endif
