# The waiting calls and thread creation.  The hot halves have a library of
# their own, for the sake of their flags: a frame would double their length.
noinst_LTLIBRARIES += src/shim/preload/libwaits.la
SHIM_LIBS += src/shim/preload/libwaits.la
src_shim_preload_libwaits_la_SOURCES = src/shim/preload/waits.c
src_shim_preload_libwaits_la_CFLAGS = $(AM_CFLAGS) -fomit-frame-pointer
src_shim_preload_libpreload_la_SOURCES += \
	src/shim/preload/direct.h src/shim/preload/direct.c \
	src/shim/preload/threads.h src/shim/preload/threads.c \
	src/shim/preload/waits.h src/shim/preload/waits_table.h \
	src/shim/preload/waits_lock.c src/shim/preload/waits_more.c \
	src/shim/preload/waits_plain.c src/shim/preload/waits_real.c \
	src/shim/preload/waits_signal.c
