/*
 * units - which compilation unit wrote the code at an address.
 *
 * The object's own index of addresses (.debug_aranges) is asked first.  Not
 * every compiler writes one, and an object that was linked from several has it
 * for some of its units: what is not in there is looked up in a table that is
 * made of all units, when the first such address is asked for.
 *
 * Memory   owned by the table.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_DWARF_UNITS_H
#define DIAG_DWARF_UNITS_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>

#include "tool/dwarf/ranges.h"

/* The table of one object; all zero at first. */
struct units {
	struct ranges ranges;
	bool made;
};

struct unit {
	Dwarf_Die lines;	/* who has the line table */
	Dwarf_Die code;		/* who has the functions: with split debug
				 * information that is another file */
	Dwarf_Addr addr;	/* what was asked, as the unit counts */
};

/* Who wrote what is at @addr of @module; false when nobody did. */
bool units_find(struct units *u, Dwfl_Module *module, Dwarf_Addr addr,
    struct unit *out);

void units_drop(struct units *u);

#endif
