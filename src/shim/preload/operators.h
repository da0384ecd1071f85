/*
 * operators - what hot.S leaves of new to C.
 *
 * Memory   the host's heap.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_OPERATORS_H
#define DIAG_PRELOAD_OPERATORS_H

#include <stddef.h>

#include "common/base/attrs.h"

/* A block for new, for new[]; throws what the runtime throws when there is
 * none. */
IN_HOOK void *operators_new(size_t size);
IN_HOOK void *operators_new_array(size_t size);
/* What of each delete is not jemalloc's business alone. */
IN_HOOK void operators_delete(void *p);
IN_HOOK void operators_delete_sized(void *p, size_t size);
IN_HOOK void operators_delete_array(void *p);
IN_HOOK void operators_delete_array_sized(void *p, size_t size);
/* Looks whether the host has operators of its own; the constructor does. */
void operators_look(void);

#endif
