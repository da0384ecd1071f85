noinst_LTLIBRARIES += src/shim/trace/libtrace.la
SHIM_LIBS += src/shim/trace/libtrace.la
src_shim_trace_libtrace_la_SOURCES = src/shim/trace/alloctrace.h src/shim/trace/alloctrace.c \
	src/shim/trace/alloctext.h src/shim/trace/alloctext.c \
	src/shim/trace/follow.h src/shim/trace/follow.c \
	src/shim/trace/frames.h src/shim/trace/frames.c \
	src/shim/trace/leaks.h src/shim/trace/leaks.c \
	src/shim/trace/leakscan.h src/shim/trace/leakscan.c \
	src/shim/trace/leakroots.h src/shim/trace/leakroots.c \
	src/shim/trace/leakthreads.h src/shim/trace/leakthreads.c \
	src/shim/trace/live.h src/shim/trace/live.c \
	src/shim/trace/lost.h src/shim/trace/lost.c \
	src/shim/trace/objects.h src/shim/trace/objects.c \
	src/shim/trace/objectfile.h src/shim/trace/objectfile.c \
	src/shim/trace/opener.h src/shim/trace/opener.c \
	src/shim/trace/blocktime.h src/shim/trace/blocktime.c \
	src/shim/trace/tracer.h src/shim/trace/tracer.c
include src/shim/trace/gc.mk
include src/shim/trace/tape.mk
include src/shim/trace/sched.mk
