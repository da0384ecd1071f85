noinst_LTLIBRARIES += src/shim/sched/libsched.la
SHIM_LIBS += src/shim/sched/libsched.la
src_shim_sched_libsched_la_SOURCES = src/shim/sched/futexlock.c \
	src/shim/sched/futexlock.h src/shim/sched/given.c \
	src/shim/sched/given.h src/shim/sched/slab.c \
	src/shim/sched/slab.h src/shim/sched/thread.c \
	src/shim/sched/thread.h src/shim/sched/threadstack.c \
	src/shim/sched/totals.c \
	src/shim/sched/wait.c src/shim/sched/wait.h
EXTRA_DIST += src/shim/sched/IMPORTS
include src/shim/sched/pool.mk
include src/shim/sched/sync.mk
