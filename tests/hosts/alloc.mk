# Hosts of allocation tracing.  Built without optimised sibling calls, so that
# their stacks are what their sources say.  Only gcc knows "noclone".
HOST_STACKS = -O1 -g0 -fno-optimize-sibling-calls -fno-omit-frame-pointer \
	-Wno-unknown-attributes
check_PROGRAMS += tests/hosts/leak_kinds tests/hosts/leak_ways \
	tests/hosts/leak_dlopen tests/hosts/alloc_churn \
	tests/hosts/alloc_deep tests/hosts/leak_places \
	tests/hosts/leak_reach tests/hosts/leak_random \
	tests/hosts/leak_hidden tests/hosts/leak_given \
	tests/hosts/offspring
tests_hosts_leak_kinds_CFLAGS = $(AM_CFLAGS) $(HOST_STACKS)
tests_hosts_leak_kinds_LDADD = -lpthread
tests_hosts_leak_ways_CFLAGS = $(AM_CFLAGS) $(HOST_STACKS)
tests_hosts_leak_ways_LDADD = -lpthread
tests_hosts_leak_dlopen_CFLAGS = $(AM_CFLAGS) $(HOST_STACKS)
tests_hosts_leak_dlopen_LDADD = -ldl
tests_hosts_leak_reach_CFLAGS = $(AM_CFLAGS) $(HOST_STACKS)
tests_hosts_leak_reach_LDADD = -lpthread
tests_hosts_leak_given_CFLAGS = $(AM_CFLAGS) $(HOST_STACKS)
tests_hosts_leak_given_LDADD = -lpthread
tests_hosts_leak_places_CFLAGS = $(AM_CFLAGS) $(HOST_STACKS)
tests_hosts_leak_places_LDADD = -ldl
tests_hosts_alloc_churn_CFLAGS = $(AM_CFLAGS) $(HOST_STACKS)
tests_hosts_alloc_deep_CFLAGS = $(AM_CFLAGS) $(HOST_STACKS)
tests_hosts_alloc_churn_LDADD = -lpthread
EXTRA_DIST += tests/hosts/leak_take.h tests/hosts/leak_plugin.c \
	tests/hosts/leak_cxx.cc tests/hosts/leak_lines.cc
check_PROGRAMS += tests/hosts/leak_gaps
tests_hosts_leak_gaps_CFLAGS = $(AM_CFLAGS) -O1 -g0 -fno-pie \
	-fomit-frame-pointer -fno-optimize-sibling-calls \
	-fno-asynchronous-unwind-tables -funwind-tables -Wno-unknown-attributes
tests_hosts_leak_gaps_LDFLAGS = -no-pie -Wl,--section-start=.text=0x800000
