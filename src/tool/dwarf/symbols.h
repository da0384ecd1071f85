/*
 * symbols - the name of what is at an address, by the symbol tables.
 *
 * elfutils looks at all symbols for each address: that is a minute for the
 * stacks of a large C++ program.  Here they are sorted once.
 *
 * Memory   owned by the table.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_DWARF_SYMBOLS_H
#define DIAG_DWARF_SYMBOLS_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>

/* @reach is the largest @end of this symbol and of all before it; a label has
 * no size. */
struct symbol {
	GElf_Addr start, end, reach;
	int number, rank;	/* rank: global, weak, local */
	bool bare;		/* a label of no section */
};

/* All zero at first. */
struct symbols {
	struct symbol *all;
	size_t n;
	bool made;
};

/* What dwfl_module_addrname() says of @addr. */
const char *symbols_name(struct symbols *s, Dwfl_Module *module,
    GElf_Addr addr);

void symbols_drop(struct symbols *s);

#endif
