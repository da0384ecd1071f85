noinst_LTLIBRARIES += src/shim/serve/libserve.la
SHIM_LIBS += src/shim/serve/libserve.la
src_shim_serve_libserve_la_SOURCES = \
	src/shim/serve/change.h src/shim/serve/change.c \
	src/shim/serve/control.h src/shim/serve/control.c \
	src/shim/serve/snapshot.h src/shim/serve/snapshot.c
EXTRA_DIST += src/shim/serve/IMPORTS
