# Hosts of the hazard list: tests/hazards/cases says which case is whose.
HAZARD_HOSTS = tests/hosts/hazard_sandbox tests/hosts/hazard_identity \
	tests/hosts/hazard_stacks tests/hosts/hazard_alarms \
	tests/hosts/hazard_queues \
	tests/hosts/hazard_sweep tests/hosts/hazard_jumps \
	tests/hosts/hazard_calls tests/hosts/hazard_limits \
	tests/hosts/hazard_dispositions tests/hosts/hazard_kernel \
	tests/hosts/hazard_children tests/hosts/hazard_self
check_PROGRAMS += $(HAZARD_HOSTS)
tests_hosts_hazard_sandbox_CFLAGS = $(AM_CFLAGS) -fno-builtin
tests_hosts_hazard_identity_CFLAGS = $(AM_CFLAGS) -fno-builtin
tests_hosts_hazard_alarms_CFLAGS = $(AM_CFLAGS) -fno-builtin
tests_hosts_hazard_sweep_CFLAGS = $(AM_CFLAGS) -fno-builtin
tests_hosts_hazard_stacks_CFLAGS = $(AM_CFLAGS) -fno-builtin \
	-Wno-infinite-recursion -Wno-unknown-warning-option
tests_hosts_hazard_calls_CFLAGS = $(AM_CFLAGS) -fno-builtin
tests_hosts_hazard_dispositions_CFLAGS = $(AM_CFLAGS) -fno-builtin \
	-Wno-deprecated-declarations
tests_hosts_hazard_kernel_CFLAGS = $(AM_CFLAGS) -fno-builtin
tests_hosts_hazard_children_CFLAGS = $(AM_CFLAGS) -fno-builtin
tests_hosts_hazard_self_CFLAGS = $(AM_CFLAGS) -fno-builtin -Wno-nonnull
tests_hosts_hazard_limits_CFLAGS = $(AM_CFLAGS) -fno-builtin
tests_hosts_hazard_jumps_CFLAGS = $(AM_CFLAGS) -fno-builtin \
	-Wno-infinite-recursion -Wno-unknown-warning-option
EXTRA_DIST += tests/hosts/hazard_loader.cc \
	tests/hosts/hazard_coroutines.cc tests/hosts/stress.cc \
	tests/hosts/hazard_audit.c tests/hosts/hazard.h
