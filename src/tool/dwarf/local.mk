noinst_LTLIBRARIES += src/tool/dwarf/libdwarf.la
TOOL_LIBS += src/tool/dwarf/libdwarf.la
src_tool_dwarf_libdwarf_la_SOURCES = src/tool/dwarf/dwarf.h src/tool/dwarf/dwarf.c
