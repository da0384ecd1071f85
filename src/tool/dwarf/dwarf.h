/*
 * dwarf - file, line and inlined calls through elfutils.
 */
#ifndef DIAG_DWARF_DWARF_H
#define DIAG_DWARF_DWARF_H
#endif
