/*
 * sanitizer - whether the program has a sanitizer's runtime inside.
 *
 * Such a runtime has an allocator of its own, which must see every block; it
 * lays claim to most of the address space, where our heap lies, too; and its
 * functions must not be called before it has begun.
 *
 * Memory   none.
 * Threads  any.
 * Fork     the answer stays.
 */
#ifndef DIAG_HEAP_SANITIZER_H
#define DIAG_HEAP_SANITIZER_H

#include "common/base/attrs.h"

/* The name of a function that tells which; NULL when there is none among the
 * objects that the program started with. */
IN_HOOK COLD const char *sanitizer_find(void);

#endif
