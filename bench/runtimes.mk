# What standing in front of runtimes costs.
EXTRA_DIST += bench/runtimes.c
if HAVE_UV
BENCH_PARTS += bench/runtimes
bench_runtimes_SOURCES = bench/runtimes.c bench/sides.c bench/sides.h
bench_runtimes_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
bench_runtimes_LDADD = $(UV_LIBS)
endif
