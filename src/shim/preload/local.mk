noinst_LTLIBRARIES += src/shim/preload/libpreload.la
src_shim_preload_libpreload_la_SOURCES = src/shim/preload/boot.h \
	src/shim/preload/boot.c

# The preload library itself: every shim folder, the embedded jemalloc, and
# nothing that is exported but what libdiag.map lists.
if !SANITIZE
lib_LTLIBRARIES += libdiag.la
endif
EXTRA_DIST += src/shim/preload/libdiag.map
libdiag_la_SOURCES =
libdiag_la_LIBADD = src/shim/preload/libpreload.la $(SHIM_LIBS) \
	$(COMMON_LIBS) src/shim/heap/libjem.a
libdiag_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -Wl,-Bsymbolic \
	-Wl,--exclude-libs,ALL -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack \
	-Wl,--version-script=$(top_srcdir)/src/shim/preload/libdiag.map \
	-Wl,--no-undefined -Wl,--as-needed
EXTRA_libdiag_la_DEPENDENCIES = src/shim/preload/libdiag.map
