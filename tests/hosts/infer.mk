# Pools that nobody told us about.
check_PROGRAMS += tests/hosts/pool_shapes tests/hosts/pool_crowd \
	tests/hosts/pool_guises tests/hosts/pool_roles tests/hosts/pool_bells \
	tests/hosts/pool_hired
EXTRA_DIST += tests/hosts/pool_functors.cc tests/hosts/pool_closures.cc
tests_hosts_pool_shapes_SOURCES = tests/hosts/pool_shapes.c \
	tests/hosts/pool_shapes.h tests/hosts/pool_shapes_odd.c \
	tests/hosts/pool_shapes_table.c \
	tests/hosts/pool_log.c
