# Pools of known runtimes.
src_shim_preload_libpreload_la_SOURCES += \
	src/shim/preload/runtime.h src/shim/preload/runtime.c \
	src/shim/preload/runtime_find.h src/shim/preload/runtime_find.c \
	src/shim/preload/runtime_names.h src/shim/preload/runtime_stubs.S \
	src/shim/preload/adapt_uv.c src/shim/preload/adapt_glib.h \
	src/shim/preload/adapt_glib.c \
	src/shim/preload/adapt_glib_threads.c \
	src/shim/preload/adapt_thunks.S src/shim/preload/adapt_apr.c
