noinst_LTLIBRARIES += src/shim/names/libnames.la
SHIM_LIBS += src/shim/names/libnames.la
src_shim_names_libnames_la_SOURCES = \
	src/shim/names/cxxname.h src/shim/names/cxxname.c \
	src/shim/names/frames.h src/shim/names/frames.c \
	src/shim/names/objectfile.h src/shim/names/objectfile.c \
	src/shim/names/objects.h src/shim/names/objects.c \
	src/shim/names/place.h src/shim/names/place.c \
	src/shim/names/rustname.h src/shim/names/rustname.c \
	src/shim/names/rustpath.h src/shim/names/rustpath.c
EXTRA_DIST += src/shim/names/IMPORTS
