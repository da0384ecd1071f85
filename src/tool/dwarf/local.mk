noinst_LTLIBRARIES += src/tool/dwarf/libdwarf.la
TOOL_LIBS += src/tool/dwarf/libdwarf.la
src_tool_dwarf_libdwarf_la_SOURCES = src/tool/dwarf/callee.h \
	src/tool/dwarf/callee.c src/tool/dwarf/dwarfname.h \
	src/tool/dwarf/dwarfname.c src/tool/dwarf/functions.h \
	src/tool/dwarf/functions.c src/tool/dwarf/places.h \
	src/tool/dwarf/places.c src/tool/dwarf/ranges.h \
	src/tool/dwarf/ranges.c src/tool/dwarf/readable.h \
	src/tool/dwarf/readable.c src/tool/dwarf/symbols.h \
	src/tool/dwarf/symbols.c src/tool/dwarf/units.h \
	src/tool/dwarf/units.c
src_tool_dwarf_libdwarf_la_CPPFLAGS = $(AM_CPPFLAGS) $(ELFUTILS_CFLAGS)
