# tests/unit: programs written with check, one for each file they prove.

UNIT_LIBS = $(COMMON_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_tape
TESTS += tests/unit/test_tape
tests_unit_test_tape_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_test_tape_LDADD = $(UNIT_LIBS)
include tests/unit/tool.mk
include tests/unit/base.mk

# shim/sched
if HAVE_CHECK
SCHED_UNIT_TESTS = tests/unit/test_thread tests/unit/test_wait \
	tests/unit/test_futexlock \
	tests/unit/test_procfs tests/unit/test_tasks
check_PROGRAMS += $(SCHED_UNIT_TESTS)
TESTS += $(SCHED_UNIT_TESTS)
SCHED_UNIT_LIBS = src/shim/sched/libsched.la src/shim/stack/libstack.la \
	src/common/symbol/libsymbol.la \
	src/shim/state/libstate.la \
	$(COMMON_LIBS) $(CHECK_LIBS)
tests_unit_test_thread_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_thread_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_wait_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_wait_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_futexlock_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_futexlock_LDADD = $(SCHED_UNIT_LIBS)
SCHED_UNIT_PROCFS = src/shim/proc/procfs.c src/shim/proc/procfs_parse.c
tests_unit_test_procfs_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_procfs_SOURCES = tests/unit/test_procfs.c \
	src/shim/tasks/syscalls.c $(SCHED_UNIT_PROCFS)
tests_unit_test_procfs_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_tasks_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_tasks_SOURCES = tests/unit/test_tasks.c \
	src/shim/tasks/tasks.c src/shim/tasks/tasks_table.c \
	src/shim/ticker/opener.c $(SCHED_UNIT_PROCFS)
tests_unit_test_tasks_LDADD = $(SCHED_UNIT_LIBS)
endif
include tests/unit/alloc.mk
include tests/unit/gc.mk
include tests/unit/line.mk
include tests/unit/stack.mk
include tests/unit/pool.mk
include tests/unit/runtimes.mk
include tests/unit/infer.mk
