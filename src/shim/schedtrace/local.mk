noinst_LTLIBRARIES += src/shim/schedtrace/libschedtrace.la
SHIM_LIBS += src/shim/schedtrace/libschedtrace.la
src_shim_schedtrace_libschedtrace_la_SOURCES = \
	src/shim/schedtrace/poolline.h src/shim/schedtrace/poolline.c \
	src/shim/schedtrace/scheddetail.h src/shim/schedtrace/scheddetail.c \
	src/shim/schedtrace/schedtrace.h src/shim/schedtrace/schedtrace.c \
	src/shim/schedtrace/starving.h src/shim/schedtrace/starving.c \
	src/shim/schedtrace/verdict.h src/shim/schedtrace/verdict.c
EXTRA_DIST += src/shim/schedtrace/IMPORTS
