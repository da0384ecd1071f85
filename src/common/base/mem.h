/*
 * mem - our own memory, mapped from the kernel and counted.
 *
 * Nothing of ours comes from malloc.  What we hold is visible in MemStats
 * (mem_held), so that our cost is never a secret.
 *
 * All mappings are placed in an address range of their own, where the host has
 * nothing: they never merge with its mappings, do not shift the addresses it
 * gets from mmap(), and what is resident in them can be told from its own.
 * When the kernel refuses a place, the mapping lies anywhere.
 *
 * Memory   mappings, and an arena for small things that live for ever.
 * Threads  any.
 * Fork     the child keeps its copies; the counters stay true.
 */
#ifndef DIAG_BASE_MEM_H
#define DIAG_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* The range of our mappings, right below the allocator's (shim/state). */
#define MEM_BASE 0x2f0000000000ull
#define MEM_SIZE 0x010000000000ull	/* 1 TiB */

/* Maps @n bytes of zeros, private; NULL when the kernel refuses. */
IN_HOOK void *mem_map(size_t n);
/* Like mem_map(), but reserves address space only: MAP_NORESERVE, pages count
 * when touched.  Not part of mem_held(); see mem_reserved(). */
IN_HOOK void *mem_reserve(size_t n);
/* The same, and nothing of it counts as memory that may be written, which some
 * limits are on (RLIMIT_DATA, vm.overcommit_memory=2), before mem_open(): that
 * has whole pages of it opened, again if need be; false when the kernel
 * refuses. */
IN_HOOK void *mem_reserve_closed(size_t n);
IN_HOOK bool mem_open(void *p, size_t n);
/* mem_reserve() for ever: any number of them; mem_unmap() must not be called.
 */
IN_HOOK void *mem_reserve_forever(size_t n);
IN_HOOK void mem_unmap(void *p, size_t n);
/* @n bytes of zeros for ever, aligned to 16, or to a cache line when @n is a
 * multiple of one; NULL when there is no memory. */
IN_HOOK void *mem_forever(size_t n);

/* Bytes mapped by us now; bytes of address space reserved by us. */
SIGNAL_SAFE size_t mem_held(void);
SIGNAL_SAFE size_t mem_reserved(void);

#endif
