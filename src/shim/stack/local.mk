noinst_LTLIBRARIES += src/shim/stack/libstack.la
SHIM_LIBS += src/shim/stack/libstack.la
src_shim_stack_libstack_la_SOURCES = \
	src/shim/stack/stack.h src/shim/stack/stack.c \
	src/shim/stack/walk.h src/shim/stack/walk.c \
	src/shim/stack/simplestep.h src/shim/stack/walkrun.h \
	src/shim/stack/walk_full.c src/shim/stack/walk_number.c \
	src/shim/stack/kept.h src/shim/stack/kept.c \
	src/shim/stack/call.c \
	src/shim/stack/recent.h src/shim/stack/recent.c \
	src/shim/stack/front.h src/shim/stack/front.c \
	src/shim/stack/stackset.h src/shim/stack/stackset.c \
	src/shim/stack/rules.h src/shim/stack/rules.c \
	src/shim/stack/modules.h src/shim/stack/modules.c \
	src/shim/stack/bounds.h src/shim/stack/bounds.c \
	src/shim/stack/expr.h src/shim/stack/expr.c \
	src/shim/stack/code.h src/shim/stack/code.c \
	src/shim/stack/cfi.h src/shim/stack/cfi.c \
	src/shim/stack/cfirun.h src/shim/stack/cfirun.c \
	src/shim/stack/reader.h
# Its rules are its own frames' too; a register more is worth a tenth of a walk.
src_shim_stack_libstack_la_CFLAGS = $(AM_CFLAGS) -fomit-frame-pointer
