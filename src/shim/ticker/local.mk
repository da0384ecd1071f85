noinst_LTLIBRARIES += src/shim/ticker/libticker.la
SHIM_LIBS += src/shim/ticker/libticker.la
src_shim_ticker_libticker_la_SOURCES = \
	src/shim/ticker/lines.h src/shim/ticker/lines.c \
	src/shim/ticker/opener.h src/shim/ticker/opener.c \
	src/shim/ticker/ticker.h src/shim/ticker/ticker.c \
	src/shim/ticker/ticker_life.c \
	src/shim/ticker/ticker_state.h
EXTRA_DIST += src/shim/ticker/IMPORTS
