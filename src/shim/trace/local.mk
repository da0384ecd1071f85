noinst_LTLIBRARIES += src/shim/trace/libtrace.la
SHIM_LIBS += src/shim/trace/libtrace.la
src_shim_trace_libtrace_la_SOURCES = src/shim/trace/alloctrace.h src/shim/trace/alloctrace.c \
	src/shim/trace/alloctext.h src/shim/trace/alloctext.c \
	src/shim/trace/frames.h src/shim/trace/frames.c \
	src/shim/trace/leaks.h src/shim/trace/leaks.c \
	src/shim/trace/live.h src/shim/trace/live.c \
	src/shim/trace/objects.h src/shim/trace/objects.c \
	src/shim/trace/opener.h src/shim/trace/opener.c \
	src/shim/trace/tracer.h src/shim/trace/tracer.c \
	src/shim/trace/gctrace.h src/shim/trace/gctrace.c \
	src/shim/trace/gccycle.h src/shim/trace/gccycle.c \
	src/shim/trace/schedtrace.h src/shim/trace/schedtrace.c \
	src/shim/trace/memstats.h src/shim/trace/memstats.c \
	src/shim/trace/ticker.h src/shim/trace/ticker.c \
	src/shim/trace/ticker_state.h src/shim/trace/ticker_life.c \
	src/shim/trace/cpus.h src/shim/trace/cpus.c \
	src/shim/trace/lines.h src/shim/trace/lines.c \
	src/shim/trace/rss.h src/shim/trace/rss.c \
	src/shim/trace/rss_parts.c src/shim/trace/rss_stacks.h \
	src/shim/trace/rss_stacks.c \
	src/shim/trace/smaps.h src/shim/trace/smaps.c
