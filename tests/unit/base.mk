# tests/unit: common/base, common/options, shim/state, shim/sink.
if HAVE_CHECK
BASE_UNIT = tests/unit/test_buf tests/unit/test_lock tests/unit/test_logfile \
	tests/unit/test_options tests/unit/test_proc tests/unit/test_sink \
	tests/unit/test_sinklog tests/unit/test_state
# From the top down, as a linker of archives needs them.
BASE_UNIT_LIBS = src/shim/sink/libsink.la src/shim/state/libstate.la \
	src/common/options/liboptions.la src/common/base/libbase.la \
	$(CHECK_LIBS)
check_PROGRAMS += $(BASE_UNIT)
TESTS += $(BASE_UNIT)
tests_unit_test_buf_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_buf_LDADD = $(BASE_UNIT_LIBS)
tests_unit_test_lock_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_lock_LDADD = $(BASE_UNIT_LIBS)
tests_unit_test_logfile_SOURCES = tests/unit/test_logfile.c \
	tests/unit/sinkbed.h tests/unit/sinkbed.c
tests_unit_test_logfile_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_logfile_LDADD = $(BASE_UNIT_LIBS)
tests_unit_test_options_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_options_LDADD = $(BASE_UNIT_LIBS)
tests_unit_test_proc_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_proc_LDADD = $(BASE_UNIT_LIBS)
tests_unit_test_sink_SOURCES = tests/unit/test_sink.c \
	tests/unit/sinkbed.h tests/unit/sinkbed.c
tests_unit_test_sink_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_sink_LDADD = $(BASE_UNIT_LIBS)
tests_unit_test_sinklog_SOURCES = tests/unit/test_sinklog.c \
	tests/unit/sinkbed.h tests/unit/sinkbed.c
tests_unit_test_sinklog_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_sinklog_LDADD = $(BASE_UNIT_LIBS)
tests_unit_test_state_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_state_LDADD = $(BASE_UNIT_LIBS)
endif
