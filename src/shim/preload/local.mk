noinst_LTLIBRARIES += src/shim/preload/libpreload.la
src_shim_preload_libpreload_la_SOURCES = \
	src/shim/preload/counted.h \
	src/shim/preload/boot.h src/shim/preload/boot.c \
	src/shim/preload/count.h src/shim/preload/count.c \
	src/shim/preload/dlopen.h src/shim/preload/dlopen.c \
	src/shim/preload/dlopen_stub.S \
	src/shim/preload/early.h src/shim/preload/early.c \
	src/shim/preload/environ.h src/shim/preload/environ.c \
	src/shim/preload/exec.c \
	src/shim/preload/exit.c \
	src/shim/preload/filter.h src/shim/preload/filter.c \
	src/shim/preload/foreign.h src/shim/preload/foreign.c \
	src/shim/preload/fork.h src/shim/preload/fork.c \
	src/shim/preload/identity.c \
	src/shim/preload/jemalloc_api.c \
	src/shim/preload/life.h src/shim/preload/life.c \
	src/shim/preload/locked.c \
	src/shim/preload/malloc_glibc.c \
	src/shim/preload/malloc_info.c \
	src/shim/preload/malloc_seen.h src/shim/preload/malloc_seen.c \
	src/shim/preload/mend.h src/shim/preload/mend.c \
	src/shim/preload/phdrs.c \
	src/shim/preload/real.h src/shim/preload/real.c \
	src/shim/preload/sandbox.h src/shim/preload/sandbox.c \
	src/shim/preload/signals.h src/shim/preload/signals.c \
	src/shim/preload/signals_wrap.h src/shim/preload/signals_wrap.c \
	src/shim/preload/spawn.c \
	src/shim/preload/taskcount.h src/shim/preload/taskcount.c

# The hot half has a library of its own, for the sake of its flags: a frame
# would double its length.
noinst_LTLIBRARIES += src/shim/preload/libhot.la
SHIM_LIBS += src/shim/preload/libhot.la
src_shim_preload_libhot_la_SOURCES = src/shim/preload/counted.c \
	src/shim/preload/hot.h src/shim/preload/hot.S \
	src/shim/preload/malloc.c \
	src/shim/preload/operators.h src/shim/preload/operators.c
src/shim/preload/hot.lo: src/shim/heap/fastpath.inc
src_shim_preload_libhot_la_CFLAGS = $(AM_CFLAGS) -fomit-frame-pointer
include src/shim/preload/waits.mk
include src/shim/preload/runtime.mk

# What we call of libc's; of the library alone, for tests and tools have no host
# beside them.  The flag keeps bind.c from calling what it looks for.
noinst_LTLIBRARIES += src/shim/preload/libbind.la
src_shim_preload_libbind_la_SOURCES = src/shim/preload/bind.h \
	src/shim/preload/bind.c src/shim/preload/bind_names.h \
	src/shim/preload/bind_stubs.S
src_shim_preload_libbind_la_CFLAGS = $(AM_CFLAGS) -fno-builtin

# The preload library itself: every shim folder, the embedded jemalloc, and
# nothing that is exported but what libdiag.map lists.  Functions are bound
# inside; the two data names of jemalloc's interface stay open to the host's.
if !SANITIZE
lib_LTLIBRARIES += libdiag.la
endif
EXTRA_DIST += src/shim/preload/libdiag.map
libdiag_la_SOURCES =
libdiag_la_LIBADD = src/shim/preload/libpreload.la \
	src/shim/preload/libbind.la $(SHIM_LIBS) \
	$(COMMON_LIBS) src/shim/heap/libjem.a
libdiag_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-Wl,-Bsymbolic-functions \
	-Wl,--exclude-libs,libjem.a -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack \
	-Wl,-z,initfirst \
	-Wl,--version-script=$(top_srcdir)/src/shim/preload/libdiag.map \
	-Wl,--no-undefined -Wl,--as-needed
EXTRA_libdiag_la_DEPENDENCIES = src/shim/preload/libdiag.map
include src/shim/preload/adapt.mk
