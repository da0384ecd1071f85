/*
 * image - what an object tells of itself where the loader has mapped it.
 *
 * The file of an object may be gone by the time its names are wanted: it was
 * deleted or replaced, never had a path (memfd), or lies outside of a root
 * directory that the host left.  What the loader itself needs is in memory: the
 * names of exported functions, and the code, which tells whether a file is the
 * one that was mapped.
 *
 * Memory   names are copied; see symbol.h.
 * Threads  any; the object must stay loaded.
 * Fork     nothing to do.
 */
#ifndef DIAG_SYMBOL_IMAGE_H
#define DIAG_SYMBOL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/symbol/headers.h"

/* A table of the object in memory; @data is NULL when there is none. */
struct image_table {
	const void *data;
	size_t size;
};

/* The dynamic symbols and their names in the object at load bias @bias; false
 * when they are not to be had. */
IN_HOOK bool image_symbols(uintptr_t bias, const struct headers *h,
    struct image_table *symbols, struct image_table *names);

/* Does the open file @fd hold the code that is mapped at @bias?  Compares the
 * beginning of it; an object without a build-id is known by nothing else. */
bool image_is_file(uintptr_t bias, const struct headers *h, int fd);

#endif
