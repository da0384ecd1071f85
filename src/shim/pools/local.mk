noinst_LTLIBRARIES += src/shim/pools/libpools.la
SHIM_LIBS += src/shim/pools/libpools.la
src_shim_pools_libpools_la_SOURCES = \
	src/shim/pools/pools.h src/shim/pools/pools.c \
	src/shim/pools/pools_cell.c \
	src/shim/pools/pools_gate.c \
	src/shim/pools/pools_join.c \
	src/shim/pools/pools_member.c \
	src/shim/pools/pools_name.c \
	src/shim/pools/pools_place.c \
	src/shim/pools/pools_sleep.c \
	src/shim/pools/pools_task.c \
	src/shim/pools/pools_turn.c \
	src/shim/pools/pools_view.c \
	src/shim/pools/poolview.h src/shim/pools/poolview.c
EXTRA_DIST += src/shim/pools/IMPORTS
