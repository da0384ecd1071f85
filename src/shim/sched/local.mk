noinst_LTLIBRARIES += src/shim/sched/libsched.la
SHIM_LIBS += src/shim/sched/libsched.la
src_shim_sched_libsched_la_SOURCES = src/shim/sched/thread.h src/shim/sched/thread.c
