# tests/hosts: programs that the command hunts in.
check_PROGRAMS += tests/hosts/leak_noise
tests_hosts_leak_noise_SOURCES = tests/hosts/leak_noise.c
tests_hosts_leak_noise_CFLAGS = -g -O2 -pthread
tests_hosts_leak_noise_LDADD = -lpthread
