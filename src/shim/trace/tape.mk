# The binary tape: its file, what goes onto it, the modules it names.
src_shim_trace_libtrace_la_SOURCES += \
	src/shim/trace/recorder.h src/shim/trace/recorder.c \
	src/shim/trace/tapechunk.h src/shim/trace/tapechunk.c \
	src/shim/trace/tapefile.h src/shim/trace/tapefile.c \
	src/shim/trace/tapemodule.h src/shim/trace/tapemodule.c
