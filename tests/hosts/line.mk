# Programs that starve their pools.
LINE_HOSTS = tests/hosts/starve_few tests/hosts/starve_slow \
	tests/hosts/starve_convoy tests/hosts/starve_cpu
EXTRA_DIST += tests/hosts/starve_locked.cc
check_PROGRAMS += $(LINE_HOSTS)
LINE_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
LINE_COMMON = tests/hosts/starve.h tests/hosts/starve.c
tests_hosts_starve_few_SOURCES = tests/hosts/starve_few.c $(LINE_COMMON)
tests_hosts_starve_slow_SOURCES = tests/hosts/starve_slow.c $(LINE_COMMON)
tests_hosts_starve_convoy_SOURCES = tests/hosts/starve_convoy.c \
	tests/hosts/own_lock.h $(LINE_COMMON)
tests_hosts_starve_cpu_SOURCES = tests/hosts/starve_cpu.c $(LINE_COMMON)
tests_hosts_starve_few_CPPFLAGS = $(LINE_CPPFLAGS)
tests_hosts_starve_slow_CPPFLAGS = $(LINE_CPPFLAGS)
tests_hosts_starve_convoy_CPPFLAGS = $(LINE_CPPFLAGS)
tests_hosts_starve_cpu_CPPFLAGS = $(LINE_CPPFLAGS)
