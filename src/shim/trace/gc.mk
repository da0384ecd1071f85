# The ticker, gctrace and memstats.
src_shim_trace_libtrace_la_SOURCES += \
	src/shim/trace/blocks.h src/shim/trace/blocks.c \
	src/shim/trace/cpus.h src/shim/trace/cpus.c \
	src/shim/trace/gccycle.h src/shim/trace/gccycle.c \
	src/shim/trace/gctrace.h src/shim/trace/gctrace.c \
	src/shim/trace/lines.h src/shim/trace/lines.c \
	src/shim/trace/memstats.h src/shim/trace/memstats.c \
	src/shim/trace/memstats_print.h src/shim/trace/memstats_print.c \
	src/shim/trace/rss.h src/shim/trace/rss.c \
	src/shim/trace/rss_parts.c \
	src/shim/trace/rss_stacks.h src/shim/trace/rss_stacks.c \
	src/shim/trace/smaps.h src/shim/trace/smaps.c \
	src/shim/trace/ticker.h src/shim/trace/ticker.c \
	src/shim/trace/ticker_life.c src/shim/trace/ticker_state.h
