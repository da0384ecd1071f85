noinst_LTLIBRARIES += src/shim/state/libstate.la
SHIM_LIBS += src/shim/state/libstate.la
src_shim_state_libstate_la_SOURCES = src/shim/state/state.h src/shim/state/state.c
