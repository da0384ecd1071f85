# tests/oracle: our unwinder against libgcc's and libunwind's, in hosts whose
# stacks are known by construction and in real programs.
UNWIND_HOSTS = tests/hosts/unwind_asm tests/hosts/unwind_dlclose \
	tests/hosts/unwind_frames tests/hosts/unwind_jumps \
	tests/hosts/unwind_life tests/hosts/unwind_signals
CHAIN = tests/oracle/chain.h tests/oracle/chain.c
CHAIN_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
CHAIN_CFLAGS = $(AM_CFLAGS) -O2 -fomit-frame-pointer

EXTRA_DIST += tests/hosts/unwind_plugin.c tests/hosts/unwind_throw.cc \
	tests/oracle/compare.sh tests/oracle/workload.py tests/oracle/table.sql
dist_check_SCRIPTS += tests/oracle/known.test tests/oracle/programs.test \
	tests/oracle/million.test
LONG_TESTS += tests/oracle/million.test

if HAVE_UNWIND
if !SANITIZE
check_PROGRAMS += $(UNWIND_HOSTS)
check_LTLIBRARIES += tests/oracle/oracle.la
TESTS += tests/oracle/known.test tests/oracle/programs.test
endif
endif
tests_oracle_oracle_la_SOURCES = tests/oracle/oracle.c tests/oracle/chain.h
tests_oracle_oracle_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) \
	$(UNWIND_CFLAGS)
tests_oracle_oracle_la_LIBADD = src/shim/stack/libstack.la \
	src/common/symbol/libsymbol.la \
	src/common/base/libbase.la $(UNWIND_LIBS) -ldl
tests_oracle_oracle_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-shared -rpath /nowhere

tests_hosts_unwind_asm_SOURCES = tests/hosts/unwind_asm.c $(CHAIN)
tests_hosts_unwind_asm_CPPFLAGS = $(CHAIN_CPPFLAGS)
tests_hosts_unwind_asm_CFLAGS = $(CHAIN_CFLAGS)
tests_hosts_unwind_dlclose_SOURCES = tests/hosts/unwind_dlclose.c $(CHAIN)
tests_hosts_unwind_dlclose_CPPFLAGS = $(CHAIN_CPPFLAGS)
tests_hosts_unwind_dlclose_CFLAGS = $(CHAIN_CFLAGS)
tests_hosts_unwind_dlclose_LDADD = -ldl
tests_hosts_unwind_frames_SOURCES = tests/hosts/unwind_frames.c $(CHAIN)
tests_hosts_unwind_frames_CPPFLAGS = $(CHAIN_CPPFLAGS)
tests_hosts_unwind_frames_CFLAGS = $(CHAIN_CFLAGS)
tests_hosts_unwind_jumps_SOURCES = tests/hosts/unwind_jumps.c $(CHAIN)
tests_hosts_unwind_jumps_CPPFLAGS = $(CHAIN_CPPFLAGS)
tests_hosts_unwind_jumps_CFLAGS = $(CHAIN_CFLAGS)
tests_hosts_unwind_life_SOURCES = tests/hosts/unwind_life.c $(CHAIN)
tests_hosts_unwind_life_CPPFLAGS = $(CHAIN_CPPFLAGS)
tests_hosts_unwind_life_CFLAGS = $(CHAIN_CFLAGS)
tests_hosts_unwind_life_LDADD = -lpthread
tests_hosts_unwind_signals_SOURCES = tests/hosts/unwind_signals.c $(CHAIN)
tests_hosts_unwind_signals_CPPFLAGS = $(CHAIN_CPPFLAGS)
tests_hosts_unwind_signals_CFLAGS = $(CHAIN_CFLAGS)
