/*
 * leakroots - the memory in which a pointer to a block counts.
 *
 * Memory   a list of mappings, given back; 128 KiB of .bss for early blocks,
 *          of which what is not used is not touched.
 * Threads  the one that writes the last report; early blocks any.
 * Fork     nothing to do.
 */
#ifndef DIAG_ALLOC_LEAKROOTS_H
#define DIAG_ALLOC_LEAKROOTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

struct leakscan;

/* The block of @n bytes at @p was allocated before blocks are followed, so
 * that nobody knows who points to it: what it points to is reachable.
 * leakroots_forget() takes it back when it ends before that, too. */
IN_HOOK void leakroots_note(const void *p, size_t n);
IN_HOOK void leakroots_forget(const void *p);

/* Has leakscan_read() read all roots; the calling thread's own frames end at
 * @stack.  NULL, or why that could not be done. */
const char *leakroots_read(struct leakscan *s, uintptr_t stack);

#endif
