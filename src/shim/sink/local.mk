noinst_LTLIBRARIES += src/shim/sink/libsink.la
SHIM_LIBS += src/shim/sink/libsink.la
src_shim_sink_libsink_la_SOURCES = \
	src/shim/sink/copies.h src/shim/sink/copies.c \
	src/shim/sink/drain.h src/shim/sink/drain.c \
	src/shim/sink/gather.h src/shim/sink/gather.c \
	src/shim/sink/logfile.h src/shim/sink/logfile.c \
	src/shim/sink/notice.h src/shim/sink/notice.c \
	src/shim/sink/outlet.h src/shim/sink/outlet.c \
	src/shim/sink/sink.h src/shim/sink/sink.c
