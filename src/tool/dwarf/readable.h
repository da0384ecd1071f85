/*
 * readable - C++ and Rust names as they were written.
 *
 * In a mangled name a letter can stand for something that was there before, in
 * which there are two of them: a hundred letters can mean more than any memory
 * holds.  What is longer than anybody reads is not written out.
 *
 * Memory   the caller frees what it gets.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_DWARF_READABLE_H
#define DIAG_DWARF_READABLE_H

/* What @name means, with libiberty's @options; NULL when it is no mangled name,
 * or means too much. */
char *readable_name(const char *name, int options);

#endif
