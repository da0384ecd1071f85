# examples: programs to try diag on, and the demo.
EXTRA_PROGRAMS += examples/leaky
examples_leaky_SOURCES = examples/leaky.c
examples_leaky_CFLAGS = $(AM_CFLAGS) -g
examples_leaky_LDFLAGS = -no-install
CLEANFILES += examples/leaky
EXTRA_DIST += examples/demo.sh

.PHONY: demo
demo: all examples/leaky$(EXEEXT)
	@DIAG_TOOL='$(abs_top_builddir)/diag' \
	DEMO_LEAKY='$(abs_top_builddir)/examples/leaky' \
	DIAG_LIB='$(abs_top_builddir)/.libs/libdiag.so' \
	$(SHELL) '$(top_srcdir)/examples/demo.sh'

# Pools that use <diag/diag.h>: built by make check (the C++ one by
# tests/preload/api.test), installed as they are.
check_PROGRAMS += examples/pool
examples_pool_SOURCES = examples/pool.c
examples_pool_LDFLAGS = -pthread
exampledir = $(docdir)/examples
dist_example_DATA = examples/pool.c examples/pool_cxx.cc
