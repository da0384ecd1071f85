/*
 * items - KEY=VALUE arguments, checked before a program is started.
 *
 * The shim skips an item that it does not understand, because the host must
 * go on.  The command can be stricter: nothing has been started yet.
 *
 * Memory   items_value() allocates.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_ITEMS_H
#define DIAG_CLI_ITEMS_H

#include <stdbool.h>

/* True when @argument has the form KEY=VALUE, which no path has that starts
 * with / or ./ . */
bool items_looks_like(const char *argument);

/* The @n arguments at @items joined with commas, after @old (the value of
 * DIAG there is already, or NULL).  The caller frees it; NULL, with everything
 * that is wrong said, when an item is not understood. */
char *items_value(const char *old, char *const *items, int n);

#endif
