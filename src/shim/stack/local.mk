noinst_LTLIBRARIES += src/shim/stack/libstack.la
SHIM_LIBS += src/shim/stack/libstack.la
src_shim_stack_libstack_la_SOURCES = src/shim/stack/stack.h src/shim/stack/stack.c
