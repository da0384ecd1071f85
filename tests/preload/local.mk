# tests/preload: a host with and without us.  The harness's opening comment
# tells how a test uses it; "foo.test" files are sh.
check_PROGRAMS += tests/preload/harness
tests_preload_harness_SOURCES = tests/preload/harness.c \
	tests/preload/harness.h tests/preload/harness_lines.c \
	tests/preload/harness_run.c
tests_preload_harness_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
EXTRA_DIST += tests/golden/formats.ere
include tests/preload/tool.mk
include tests/preload/tape.mk
include tests/preload/alloc.mk
include tests/preload/gc.mk
include tests/preload/base.mk
include tests/preload/sched.mk
include tests/preload/heap.mk
include tests/preload/infer.mk
include tests/preload/runtimes.mk
include tests/preload/line.mk
include tests/preload/pool.mk
