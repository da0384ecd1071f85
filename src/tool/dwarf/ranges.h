/*
 * ranges - entries of debug information by the addresses of their code.
 *
 * Memory   owned by the table.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_DWARF_RANGES_H
#define DIAG_DWARF_RANGES_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>

/* @reach is the largest @end of this range and of all before it. */
struct range {
	Dwarf_Addr start, end, reach;
	Dwarf_Die die;
};

/* All zero at first. */
struct ranges {
	struct range *range;
	size_t n, cap;
};

/* Adds what @die says of itself; false: no memory for all of it. */
bool ranges_add(struct ranges *r, Dwarf_Die *die);

/* Between the last ranges_add() and the first ranges_find(). */
void ranges_sort(struct ranges *r);

/* Whose code is at @addr; of ranges that lie in each other, the one that
 * begins last.  NULL: nobody's.  Valid until the table changes. */
Dwarf_Die *ranges_find(const struct ranges *r, Dwarf_Addr addr);

void ranges_drop(struct ranges *r);

#endif
