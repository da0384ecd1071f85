/*
 * heap_sys - jemalloc's system calls: placed, counted, timed.
 *
 * The build renames the archive's mmap, munmap, madvise, mprotect and sbrk to
 * these.  They are raw system calls: errno stays as it was, and no wrapper of
 * anybody's sees them.
 *
 * Memory   static counters; a table of mappings that lie outside the window.
 * Threads  any; counters are atomic.
 * Fork     all of it goes on in the child.
 */
#ifndef DIAG_HEAP_SYS_H
#define DIAG_HEAP_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "shim/heap/heap.h"

IN_HOOK void *heap_sys_mmap(void *at, size_t n, int prot, int flags, int fd,
    off_t offset);
IN_HOOK int heap_sys_munmap(void *p, size_t n);
IN_HOOK int heap_sys_madvise(void *p, size_t n, int advice);
IN_HOOK int heap_sys_mprotect(void *p, size_t n, int prot);
IN_HOOK void *heap_sys_sbrk(intptr_t by);

/* Who pays for the calling thread's system calls from now on; returns who did
 * before. */
IN_HOOK enum heap_payer heap_sys_pay(enum heap_payer who);

#endif
