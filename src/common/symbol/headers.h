/*
 * headers - the program headers of an object that the loader has mapped.
 *
 * The loader tells of each object where it lies; an object whose segments leave
 * gaps between them (programs linked to fixed addresses often do) it tells in
 * pieces, and only one of them begins with the ELF header.
 *
 * Memory   points into the mapped object.
 * Threads  any; the object must stay loaded.
 * Fork     none.
 */
#ifndef DIAG_SYMBOL_HEADERS_H
#define DIAG_SYMBOL_HEADERS_H

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>

#include "common/base/attrs.h"

struct headers {
	const ElfW(Phdr) *segment;
	unsigned count;
};

/* Finds the headers of the object of which @found is a piece; false when they
 * are not mapped.  Takes no lock of the loader. */
IN_HOOK bool headers_find(const struct dl_find_object *found,
    struct headers *out);

#endif
