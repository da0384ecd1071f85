noinst_LTLIBRARIES += src/shim/tasks/libtasks.la
SHIM_LIBS += src/shim/tasks/libtasks.la
src_shim_tasks_libtasks_la_SOURCES = \
	src/shim/tasks/crew.h src/shim/tasks/crew.c \
	src/shim/tasks/locks.h src/shim/tasks/locks.c \
	src/shim/tasks/stackcopy.h src/shim/tasks/stackcopy.c \
	src/shim/tasks/stackscan.h src/shim/tasks/stackscan.c \
	src/shim/tasks/syscalls.h src/shim/tasks/syscalls.c \
	src/shim/tasks/tasks.h src/shim/tasks/tasks.c \
	src/shim/tasks/tasks_table.h src/shim/tasks/tasks_table.c \
	src/shim/tasks/threadwalk.h src/shim/tasks/threadwalk.c \
	src/shim/tasks/unload.h src/shim/tasks/unload.c \
	src/shim/tasks/whereis.h src/shim/tasks/whereis.c
EXTRA_DIST += src/shim/tasks/IMPORTS
