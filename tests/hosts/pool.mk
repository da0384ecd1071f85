# Pools that are told about, by the API or by adapters.
check_PROGRAMS += tests/hosts/pool_told
tests_hosts_pool_told_SOURCES = tests/hosts/pool_told.c tests/hosts/started.h
tests_hosts_pool_told_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_hosts_pool_told_LDFLAGS = -pthread
EXTRA_DIST += tests/hosts/pool_omp.c tests/hosts/pool_async.cc \
	tests/hosts/pool_tbb.cc
