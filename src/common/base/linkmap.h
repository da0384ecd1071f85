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
#include <stdint.h>

#include "common/base/attrs.h"

/* What an object's dynamic section says about names. */
struct linkmap_names {
	uintptr_t bias;			/* what is added to its addresses */
	const ElfW(Sym) *symbols;
	const char *strings, *soname;	/* @soname: "" when it has none */
	const ElfW(Half) *versions;	/* NULL: none */
	const uint32_t *hash;		/* GNU's; NULL: nothing is found */
};

/* The object that @address is in; NULL if none.  Of the address of a function
 * that another object has, the program may have made an entry of its own. */
IN_HOOK const struct link_map *linkmap_of(const void *address);

/* The first object of this namespace, which is the program; NULL never in
 * practice. */
IN_HOOK const struct link_map *linkmap_first(void);

/* libc.so.6, by the name that it gives itself; NULL when there is none. */
IN_HOOK const struct link_map *linkmap_libc(void);

/* A pointer that an object's dynamic section has: the loader makes addresses of
 * offsets, but not in all objects. */
SIGNAL_SAFE static inline const void *
linkmap_pointer(uintptr_t bias, uint64_t value)
{
	return (const void *)(value < bias ? bias + value : value);
}

/* Reads section @d, which may be NULL; false when no names are in it. */
IN_HOOK bool linkmap_read(struct linkmap_names *n, uintptr_t bias,
    const ElfW(Dyn) *d);

/* The default version of function or variable @name; where there are several
 * for several processors, the one for this.  NULL if there is none. */
IN_HOOK void *linkmap_address(const struct linkmap_names *n, const char *name);

/* Both, for one name of @map. */
IN_HOOK void *linkmap_find(const struct link_map *map, const char *name);

#endif
