/*
 * callee - which function of another object a call in machine code is for.
 *
 * A stack names functions by where they were; a library without symbols for
 * its static functions, entered through a tail call, has no name there.  The
 * call instruction in front of the return address has one: its target is a
 * linkage table entry or a slot, and the slot's relocation names the symbol.
 *
 * Memory   the caller's.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_DWARF_CALLEE_H
#define DIAG_DWARF_CALLEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies the name of what is called in front of @ret, an ELF virtual address
 * of the x86-64 object @path whose build-id is @build_id in hexadecimal ("":
 * not known), to @name; false when it is not known. */
bool callee_find(const char *path, const char *build_id, uint64_t ret,
    char *name, size_t room);

#endif
