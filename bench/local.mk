# bench: make bench prints one table (BENCH_QUICK=1: a short one; BENCH="pairs
# redis" only these rows).  A folder's own bench program is added to
# BENCH_PARTS; it prints "row<TAB>label<TAB>ratio<TAB><=<TAB>target" lines.
BENCH_TOOLS = bench/pairs bench/crowd bench/mcload
BENCH_PARTS = bench/waits bench/tasks
EXTRA_PROGRAMS += $(BENCH_TOOLS) $(BENCH_PARTS)
CLEANFILES += $(BENCH_TOOLS) $(BENCH_PARTS)
bench_pairs_SOURCES = bench/pairs.c
bench_crowd_SOURCES = bench/crowd.c
bench_waits_SOURCES = bench/waits.c bench/sides.c bench/sides.h
bench_tasks_SOURCES = bench/tasks.c bench/sides.c bench/sides.h
bench_mcload_SOURCES = bench/mcload.c
EXTRA_DIST += bench/run.py bench/targets bench/pairs.go

.PHONY: bench
bench: all $(BENCH_TOOLS) $(BENCH_PARTS) $(BENCH_HOSTS)
	PYTHONDONTWRITEBYTECODE=1 python3 $(srcdir)/bench/run.py \
		--bin . --lib '$(abs_top_builddir)/.libs/libdiag.so' \
		--also '$(BENCH_PARTS) $(BENCH_ALSO)' $(BENCH)

# What a capture costs: make bench/bench_stack, and run it.
if HAVE_UNWIND
EXTRA_PROGRAMS += bench/bench_stack
CLEANFILES += bench/bench_stack
endif
bench_bench_stack_SOURCES = bench/bench_stack.c
bench_bench_stack_CPPFLAGS = $(AM_CPPFLAGS) $(UNWIND_CFLAGS)
bench_bench_stack_CFLAGS = $(AM_CFLAGS) -fomit-frame-pointer -fno-inline
bench_bench_stack_LDADD = src/shim/stack/libstack.la \
	src/common/symbol/libsymbol.la \
	src/common/base/libbase.la $(UNWIND_LIBS)

include bench/tool.mk
include bench/runtimes.mk
include bench/tape.mk
