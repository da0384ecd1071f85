# tests/unit: the command's own parts.
if HAVE_CHECK
TOOL_UNIT = tests/unit/test_callee tests/unit/test_collector \
	tests/unit/test_command \
	tests/unit/test_elfinfo \
	tests/unit/test_logline \
	tests/unit/test_periodline \
	tests/unit/test_report \
	tests/unit/test_symbols \
	tests/unit/test_tapereader \
	tests/unit/test_timeline
check_PROGRAMS += $(TOOL_UNIT)
TESTS += $(TOOL_UNIT)
TOOL_UNIT_LIBS = src/tool/cli/libcli.la $(DIAG_TOOL_LIBS) $(CHECK_LIBS)
tests_unit_test_callee_SOURCES = tests/unit/test_callee.c
tests_unit_test_callee_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_callee_LDADD = $(TOOL_UNIT_LIBS)
tests_unit_test_collector_SOURCES = tests/unit/test_collector.c
tests_unit_test_collector_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_collector_LDADD = $(TOOL_UNIT_LIBS)
tests_unit_test_command_SOURCES = tests/unit/test_command.c
tests_unit_test_command_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_command_LDADD = $(TOOL_UNIT_LIBS)
tests_unit_test_elfinfo_SOURCES = tests/unit/test_elfinfo.c
tests_unit_test_elfinfo_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_elfinfo_LDADD = $(TOOL_UNIT_LIBS)
tests_unit_test_logline_SOURCES = tests/unit/test_logline.c
tests_unit_test_logline_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_logline_LDADD = $(TOOL_UNIT_LIBS)
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_report_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_report_LDADD = $(TOOL_UNIT_LIBS)
tests_unit_test_symbols_SOURCES = tests/unit/test_symbols.c
tests_unit_test_symbols_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) \
	$(ELFUTILS_CFLAGS)
tests_unit_test_symbols_LDADD = $(TOOL_UNIT_LIBS)
tests_unit_test_tapereader_SOURCES = tests/unit/test_tapereader.c
tests_unit_test_tapereader_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_tapereader_LDADD = $(TOOL_UNIT_LIBS)
tests_unit_test_periodline_SOURCES = tests/unit/test_periodline.c
tests_unit_test_periodline_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_periodline_LDADD = $(TOOL_UNIT_LIBS)
tests_unit_test_timeline_SOURCES = tests/unit/test_timeline.c
tests_unit_test_timeline_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_timeline_LDADD = $(TOOL_UNIT_LIBS)
endif
