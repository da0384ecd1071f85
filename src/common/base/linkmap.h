/*
 * linkmap - names in the objects of this process, by their own hash tables.
 *
 * Takes no lock, allocates nothing and calls nothing of libc's but
 * _dl_find_object(): for what must be known before anything can be called.
 *
 * Memory   reads what the loader has mapped.
 * Threads  any, as long as the object stays.
 * Fork     nothing to do.
 */
#ifndef DIAG_BASE_LINKMAP_H
#define DIAG_BASE_LINKMAP_H

#include <link.h>
#include <stdbool.h>

#include "common/base/attrs.h"

/* The object that @address is in; NULL if none.  Of the address of a function
 * that another object has, the program may have made an entry of its own. */
IN_HOOK const struct link_map *linkmap_of(const void *address);

/* The first object of this namespace, which is the program; NULL never in
 * practice. */
IN_HOOK const struct link_map *linkmap_first(void);

/* libc.so.6, by the name that it gives itself; NULL when there is none. */
IN_HOOK const struct link_map *linkmap_libc(void);

/* The default version of function @name in @map; where there are several for
 * several processors, the one for this.  NULL if there is none. */
IN_HOOK void *linkmap_find(const struct link_map *map, const char *name);

#endif
