# tests/unit: programs written with check, one for each file they prove.

UNIT_LIBS = $(COMMON_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_tape
TESTS += tests/unit/test_tape
tests_unit_test_tape_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_tape_LDADD = $(UNIT_LIBS)
# tests/unit
include tests/unit/tool.mk
