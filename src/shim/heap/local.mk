noinst_LTLIBRARIES += src/shim/heap/libheap.la
SHIM_LIBS += src/shim/heap/libheap.la
src_shim_heap_libheap_la_SOURCES = src/shim/heap/heap.h src/shim/heap/heap.c \
	src/shim/heap/jem.h \
	src/shim/heap/heap_cache.h src/shim/heap/heap_cache.c \
	src/shim/heap/heap_host.h src/shim/heap/heap_host.c \
	src/shim/heap/heap_lock.h src/shim/heap/heap_lock.c \
	src/shim/heap/heap_names.c \
	src/shim/heap/heap_os.h src/shim/heap/heap_os.c \
	src/shim/heap/heap_room.h src/shim/heap/heap_room.c \
	src/shim/heap/heap_sys.h src/shim/heap/heap_sys.c \
	src/shim/heap/heap_window.h src/shim/heap/heap_window.c \
	src/shim/heap/sanitizer.h src/shim/heap/sanitizer.c

# The embedded allocator: the distribution's static PIC archive without its
# C++ object, every name that must not clash or must be watched renamed.  The
# object that has je_tsd_fetch_slow keeps it, under a name of its own.
EXTRA_DIST += src/shim/heap/jem.redefine
CLEANFILES += src/shim/heap/libjem.a
src/shim/heap/libjem.a: $(JEMALLOC_PIC_A) src/shim/heap/jem.redefine
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)cp $(JEMALLOC_PIC_A) $@.tmp && \
	$(AR) d $@.tmp jemalloc_cpp.pic.o && \
	$(OBJCOPY) --redefine-syms=$(top_srcdir)/src/shim/heap/jem.redefine \
		$@.tmp && \
	(cd $(@D) && $(AR) x $(@F).tmp tsd.pic.o && \
	$(OBJCOPY) --redefine-sym heap_room_tsd=jem_tsd_fetch_slow tsd.pic.o && \
	$(AR) r $(@F).tmp tsd.pic.o && rm tsd.pic.o) && \
	mv $@.tmp $@

# Its fast paths, for shim/preload/hot.S, and the place of its bins.
src/shim/heap/heap_cache.lo: src/shim/heap/fastpath.inc
EXTRA_DIST += src/shim/heap/fastpath.awk
CLEANFILES += src/shim/heap/fastpath.inc
src/shim/heap/fastpath.inc: src/shim/heap/libjem.a src/shim/heap/fastpath.awk
	$(AM_V_GEN)$(OBJDUMP) -drt --no-show-raw-insn src/shim/heap/libjem.a | \
	LC_ALL=C $(AWK) -f $(top_srcdir)/src/shim/heap/fastpath.awk > $@.tmp && \
	mv $@.tmp $@
