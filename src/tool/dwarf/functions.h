/*
 * functions - which function of a compilation unit the code at an address is
 * of, and which calls were inlined there.
 *
 * A function may stand in a namespace, in a type or in another function, whose
 * code is elsewhere: closures, nested procedures, templates of local classes.
 * So all of a unit's are listed when the first of them is asked for.
 *
 * Memory   owned by the list.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_DWARF_FUNCTIONS_H
#define DIAG_DWARF_FUNCTIONS_H

#include <elfutils/libdw.h>
#include <stddef.h>

/* Those of the units of one object; NULL at first. */
struct functions;

/* Fills @out with the function at @addr of the unit @unit and the calls that
 * were inlined there, the innermost first.  Returns how many there are: the
 * outermost are kept when there are more than @max; 0: no function. */
unsigned functions_find(struct functions **all, Dwarf_Die *unit,
    Dwarf_Addr addr, Dwarf_Die *out, unsigned max);

void functions_drop(struct functions **all);

#endif
