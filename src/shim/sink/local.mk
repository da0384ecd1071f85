noinst_LTLIBRARIES += src/shim/sink/libsink.la
SHIM_LIBS += src/shim/sink/libsink.la
src_shim_sink_libsink_la_SOURCES = src/shim/sink/sink.h src/shim/sink/sink.c
