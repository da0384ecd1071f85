/*
 * early - memory before our relocation is complete, and pointers from there.
 *
 * An IFUNC resolver of another object may call malloc while the loader has not
 * yet relocated us (no symbol outside this object can be reached), or has not
 * yet filled the thread-local variables (what jemalloc notes there would be
 * overwritten).  Such calls are served from a small static pool, and those that
 * libc makes for our own thread.
 *
 * Memory   64 KiB of .bss, never given back; untouched in most processes.
 * Threads  any; the pool is taken atomically.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_EARLY_H
#define DIAG_PRELOAD_EARLY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attrs.h"

/* True when the loader is done with libdiag. */
IN_HOOK bool early_is_over(void);
/* Zeros, aligned to @align (a power of two); NULL when the pool is empty. */
IN_HOOK void *early_alloc(size_t size, size_t align);
IN_HOOK bool early_owns(const void *p);
/* What was asked for at @p, which early_owns(). */
IN_HOOK size_t early_size(const void *p);
/* Copies without a call: for use before relocation too. */
IN_HOOK void early_copy(void *to, const void *from, size_t n);

#endif
