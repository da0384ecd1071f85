# pools that nobody told us about
src_shim_trace_libtrace_la_SOURCES += \
	src/shim/trace/pools.h src/shim/trace/pools.c \
	src/shim/trace/pools_cell.c src/shim/trace/pools_gate.c \
	src/shim/trace/pools_join.c src/shim/trace/pools_member.c \
	src/shim/trace/pools_name.c src/shim/trace/pools_sleep.c \
	src/shim/trace/pools_turn.c \
	src/shim/trace/pools_view.c
