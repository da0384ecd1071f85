# What recording costs, beside heaptrack and LeakSanitizer.
BENCH_ALSO += $(abs_top_srcdir)/bench/tape.py
BENCH_HOSTS += bench/deep
EXTRA_PROGRAMS += bench/deep
CLEANFILES += bench/deep
bench_deep_SOURCES = bench/deep.c
bench_deep_CFLAGS = $(AM_CFLAGS) -fomit-frame-pointer
bench_deep_LDADD = -lpthread
EXTRA_DIST += bench/tape.py
