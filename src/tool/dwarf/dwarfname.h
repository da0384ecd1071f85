/*
 * dwarfname - what a function is called, by its debug information.
 *
 * Memory   the caller's, or the debug information's.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_DWARF_DWARFNAME_H
#define DIAG_DWARF_DWARFNAME_H

#include <elfutils/libdw.h>
#include <stddef.h>

/* The linkage name of @die; else its name with the namespaces and classes it
 * stands in, for which @room of @size bytes may be used.  NULL: unknown. */
const char *dwarfname_of(Dwarf_Die *die, char *room, size_t size);

#endif
