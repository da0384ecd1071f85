noinst_LTLIBRARIES += src/shim/heap/libheap.la
SHIM_LIBS += src/shim/heap/libheap.la
src_shim_heap_libheap_la_SOURCES = src/shim/heap/heap.h src/shim/heap/heap.c src/shim/heap/jem.h

# The embedded allocator: the distribution's static PIC archive without its
# C++ object, every name that must not clash or must be watched renamed.
EXTRA_DIST += src/shim/heap/jem.redefine
CLEANFILES += src/shim/heap/libjem.a
src/shim/heap/libjem.a: $(JEMALLOC_PIC_A) src/shim/heap/jem.redefine
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)cp $(JEMALLOC_PIC_A) $@.tmp && \
	$(AR) d $@.tmp jemalloc_cpp.pic.o && \
	$(OBJCOPY) --redefine-syms=$(top_srcdir)/src/shim/heap/jem.redefine \
		$@.tmp && mv $@.tmp $@
