# tests/unit: the command's own parts.
if HAVE_CHECK
TOOL_UNIT = tests/unit/test_command tests/unit/test_elfinfo
check_PROGRAMS += $(TOOL_UNIT)
TESTS += $(TOOL_UNIT)
tests_unit_test_command_SOURCES = tests/unit/test_command.c
tests_unit_test_command_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_command_LDADD = src/tool/cli/libcli.la $(DIAG_TOOL_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_elfinfo_SOURCES = tests/unit/test_elfinfo.c
tests_unit_test_elfinfo_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_elfinfo_LDADD = src/tool/cli/libcli.la $(DIAG_TOOL_LIBS) \
	$(CHECK_LIBS)
endif
