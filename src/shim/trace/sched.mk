# schedtrace
src_shim_trace_libtrace_la_SOURCES += \
	src/shim/trace/crew.h src/shim/trace/crew.c \
	src/shim/trace/cxxname.h src/shim/trace/cxxname.c \
	src/shim/trace/locks.h src/shim/trace/locks.c \
	src/shim/trace/place.h src/shim/trace/place.c \
	src/shim/trace/poolline.h src/shim/trace/poolline.c \
	src/shim/trace/poolview.h src/shim/trace/poolview.c \
	src/shim/trace/procfs.h src/shim/trace/procfs.c \
	src/shim/trace/procfs_parse.c \
	src/shim/trace/scheddetail.h src/shim/trace/scheddetail.c \
	src/shim/trace/schedtrace.h src/shim/trace/schedtrace.c \
	src/shim/trace/stackcopy.h src/shim/trace/stackcopy.c \
	src/shim/trace/stackscan.h src/shim/trace/stackscan.c \
	src/shim/trace/starving.h src/shim/trace/starving.c \
	src/shim/trace/syscalls.h src/shim/trace/syscalls.c \
	src/shim/trace/tasks.h src/shim/trace/tasks.c \
	src/shim/trace/tasks_table.h src/shim/trace/tasks_table.c \
	src/shim/trace/threadwalk.h src/shim/trace/threadwalk.c \
	src/shim/trace/unload.h src/shim/trace/unload.c \
	src/shim/trace/verdict.h src/shim/trace/verdict.c \
	src/shim/trace/whereis.h src/shim/trace/whereis.c
include src/shim/trace/pools.mk
