/*
 * environ - what the environment says about us, and about our parent.
 *
 * Memory   the host's environment strings, changed in place.
 * Threads  the constructor alone.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_ENVIRON_H
#define DIAG_PRELOAD_ENVIRON_H

#include <stdbool.h>

/* The value of @name, or NULL; does not depend on libc being ready. */
const char *environ_get(const char *name);
/* Takes DIAG and our entry of LD_PRELOAD out, so that programs which this one
 * executes run without us; other preloads stay. */
void environ_leave(void);
/* True when the process that made us by exec has DIAG and us, too, or will not
 * tell, being another user's. */
bool environ_parent_is_traced(void);

#endif
