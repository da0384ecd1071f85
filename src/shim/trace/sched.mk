# schedtrace
src_shim_trace_libtrace_la_SOURCES += \
	src/shim/trace/place.h src/shim/trace/place.c \
	src/shim/trace/procfs.h src/shim/trace/procfs.c \
	src/shim/trace/procfs_parse.c \
	src/shim/trace/scheddetail.h src/shim/trace/scheddetail.c \
	src/shim/trace/schedtrace.h src/shim/trace/schedtrace.c \
	src/shim/trace/syscalls.h src/shim/trace/syscalls.c \
	src/shim/trace/tasks.h src/shim/trace/tasks.c \
	src/shim/trace/tasks_table.h src/shim/trace/tasks_table.c
