# Threads and waits.
SCHED_HOSTS = tests/hosts/mutex_words tests/hosts/own_locks \
	tests/hosts/threads_life tests/hosts/wait_states \
	tests/hosts/waits_cancel tests/hosts/waits_codes \
	tests/hosts/yield_naps
check_PROGRAMS += $(SCHED_HOSTS)
tests_hosts_mutex_words_SOURCES = tests/hosts/mutex_words.c
tests_hosts_own_locks_SOURCES = tests/hosts/own_locks.c tests/hosts/own_lock.h
tests_hosts_own_locks_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_hosts_own_locks_LDFLAGS = -pthread
tests_hosts_threads_life_SOURCES = tests/hosts/threads_life.c
tests_hosts_wait_states_SOURCES = tests/hosts/wait_states.c
tests_hosts_waits_cancel_SOURCES = tests/hosts/waits_cancel.c
tests_hosts_waits_codes_SOURCES = tests/hosts/waits_codes.c
tests_hosts_yield_naps_SOURCES = tests/hosts/yield_naps.c
