noinst_LTLIBRARIES += src/shim/gc/libgc.la
SHIM_LIBS += src/shim/gc/libgc.la
src_shim_gc_libgc_la_SOURCES = \
	src/shim/gc/blocks.h src/shim/gc/blocks.c \
	src/shim/gc/classes.h src/shim/gc/classes.c \
	src/shim/gc/gccycle.h src/shim/gc/gccycle.c \
	src/shim/gc/gctrace.h src/shim/gc/gctrace.c \
	src/shim/gc/memstats.h src/shim/gc/memstats.c \
	src/shim/gc/memstats_print.h src/shim/gc/memstats_print.c \
	src/shim/gc/rss.h src/shim/gc/rss.c \
	src/shim/gc/rss_parts.c \
	src/shim/gc/rss_stacks.h src/shim/gc/rss_stacks.c
EXTRA_DIST += src/shim/gc/IMPORTS
