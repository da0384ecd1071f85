/*
 * foreign - blocks of glibc's own allocator that reach our free().
 *
 * __libc_malloc() and its like are ours: a program with a part of the family on
 * top of these mixes them with the rest.  But a host can look up libc's own,
 * and a block can come from a copy of libc in another namespace's past: what is
 * not in our window goes to glibc.
 *
 * Memory   glibc's.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_FOREIGN_H
#define DIAG_PRELOAD_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attrs.h"

/* Looks whose the family is, for what follows; true when malloc is not ours.
 * The constructor does. */
bool foreign_find(void);
/* Who has a realloc() before ours has no reallocarray(), mostly: libc's calls
 * the first realloc() there is.  False when that is ours. */
IN_HOOK bool foreign_resize_first(void **p, size_t size);

/* Says so, once, when malloc is not ours in this process. */
void foreign_look(void);

/* A block of glibc's, where there is no room for ours; NULL when there is none
 * for that either. */
IN_HOOK COLD void *foreign_alloc(size_t size, size_t align, bool zero);
IN_HOOK COLD void foreign_free(void *p);
IN_HOOK COLD void *foreign_realloc(void *p, size_t size);
IN_HOOK COLD size_t foreign_usable(void *p);

#endif
