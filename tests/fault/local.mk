# tests/fault: each call that libdiag makes of the kernel fails once.
check_PROGRAMS += tests/fault/inject tests/fault/fault_host
tests_fault_inject_SOURCES = tests/fault/inject.c tests/fault/fault.h
tests_fault_inject_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_fault_fault_host_SOURCES = tests/fault/fault_host.c tests/fault/fault.h
tests_fault_fault_host_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_fault_fault_host_CFLAGS = $(AM_CFLAGS) -fno-builtin
TESTS += tests/fault/fault.test
LONG_TESTS += tests/fault/fault_long.test
dist_check_SCRIPTS += tests/fault/fault.test tests/fault/fault_long.test
EXTRA_DIST += tests/fault/fault.py
