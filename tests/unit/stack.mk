# shim/stack
if HAVE_CHECK
STACK_UNIT_TESTS = tests/unit/test_stack tests/unit/test_stackset \
	tests/unit/test_recent tests/unit/test_cfi tests/unit/test_expr
check_PROGRAMS += $(STACK_UNIT_TESTS)
TESTS += $(STACK_UNIT_TESTS)
STACK_UNIT_LIBS = src/shim/stack/libstack.la \
	src/common/symbol/libsymbol.la src/common/base/libbase.la \
	$(CHECK_LIBS) -lpthread
tests_unit_test_stack_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_stack_LDADD = $(STACK_UNIT_LIBS)
tests_unit_test_recent_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) \
	-fomit-frame-pointer
tests_unit_test_recent_LDADD = $(STACK_UNIT_LIBS)
tests_unit_test_stackset_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_stackset_LDADD = $(STACK_UNIT_LIBS)
tests_unit_test_cfi_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cfi_LDADD = $(STACK_UNIT_LIBS)
tests_unit_test_expr_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_expr_LDADD = $(STACK_UNIT_LIBS)
endif
