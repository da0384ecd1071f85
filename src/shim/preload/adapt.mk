# The public API of pools, and adapters in front of runtimes that have some.
src_shim_preload_libpreload_la_SOURCES += \
	src/shim/preload/adapt_async.h src/shim/preload/adapt_async.c \
	src/shim/preload/adapt_gomp.c src/shim/preload/adapt_ompt.c \
	src/shim/preload/adapt_tbb.c \
	src/shim/preload/api.c
