noinst_LTLIBRARIES += src/tool/dwarf/libdwarf.la
TOOL_LIBS += src/tool/dwarf/libdwarf.la
src_tool_dwarf_libdwarf_la_SOURCES = src/tool/dwarf/dwarfname.h \
	src/tool/dwarf/dwarfname.c src/tool/dwarf/places.h \
	src/tool/dwarf/places.c src/tool/dwarf/callee.h \
	src/tool/dwarf/callee.c
src_tool_dwarf_libdwarf_la_CPPFLAGS = $(AM_CPPFLAGS) $(ELFUTILS_CFLAGS)
