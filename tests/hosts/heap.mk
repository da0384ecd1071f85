# Hosts of the allocator, of fork, of the loader and of the ways out.
HOST_PLAIN = -O1 -Wno-unknown-warning-option -Wno-clobbered -fno-builtin \
	-Wno-unused-result -Wno-free-nonheap-object \
	-Wno-non-power-of-two-alignment
check_PROGRAMS += tests/hosts/malloc_contracts tests/hosts/malloc_early \
	tests/hosts/malloc_parts \
	tests/hosts/ways_out tests/hosts/fork_storm tests/hosts/busy_exit
tests_hosts_malloc_contracts_CFLAGS = $(AM_CFLAGS) $(HOST_PLAIN)
tests_hosts_malloc_parts_CFLAGS = $(AM_CFLAGS) $(HOST_PLAIN)
tests_hosts_malloc_early_CFLAGS = $(AM_CFLAGS) $(HOST_PLAIN) -Wno-attributes
tests_hosts_ways_out_CFLAGS = $(AM_CFLAGS) $(HOST_PLAIN) -Wno-maybe-uninitialized
tests_hosts_fork_storm_CFLAGS = $(AM_CFLAGS) $(HOST_PLAIN)
tests_hosts_busy_exit_CFLAGS = $(AM_CFLAGS) $(HOST_PLAIN)
EXTRA_DIST += tests/hosts/early_plugin.c tests/hosts/early_main.c \
	tests/hosts/bare_start.S tests/hosts/bare_work.c
EXTRA_DIST += tests/hosts/dlopen_deep.c tests/hosts/deep_plugin.c \
	tests/hosts/new_delete.cc tests/hosts/new_replaced.cc
