/*
 * jem - the embedded jemalloc's entry points under their private names.
 *
 * The build renames the archive's public symbols with objcopy (jem.redefine):
 * malloc -> jem_malloc and so on, its system calls to heap_sys_*, and what
 * would tie us to other libraries to functions of ours.
 *
 * Memory   the host's heap.
 * Threads  any.
 * Fork     jemalloc's own handlers; shim/preload/fork.c calls them in order.
 */
#ifndef DIAG_HEAP_JEM_H
#define DIAG_HEAP_JEM_H

#include <stdbool.h>
#include <stddef.h>

void *jem_malloc(size_t size);
void *jem_calloc(size_t n, size_t size);
void *jem_realloc(void *p, size_t size);
void jem_free(void *p);
void *jem_aligned_alloc(size_t align, size_t size);
int jem_posix_memalign(void **out, size_t align, size_t size);
void *jem_memalign(size_t align, size_t size);
void *jem_valloc(size_t size);
size_t jem_malloc_usable_size(void *p);
void *jem_mallocx(size_t size, int flags);
void *jem_rallocx(void *p, size_t size, int flags);
size_t jem_xallocx(void *p, size_t size, size_t extra, int flags);
size_t jem_sallocx(const void *p, int flags);
void jem_dallocx(void *p, int flags);
void jem_sdallocx(void *p, size_t size, int flags);
size_t jem_nallocx(size_t size, int flags);
int jem_mallctl(const char *name, void *old, size_t *old_len, void *new_,
    size_t new_len);
int jem_mallctlnametomib(const char *name, size_t *mib, size_t *mib_len);
int jem_mallctlbymib(const size_t *mib, size_t mib_len, void *old,
    size_t *old_len, void *new_, size_t new_len);
void jem_malloc_stats_print(void (*write)(void *, const char *), void *arg,
    const char *opts);

/* The way to a thread's data @tsd when it is not the usual one; @minimal: it
 * need not be able to have blocks. */
void *jem_tsd_fetch_slow(void *tsd, bool minimal);

/* jemalloc's own fork handlers. */
void jem_prefork(void);
void jem_postfork_parent(void);
void jem_postfork_child(void);

/* The class of each small size, by (size + 7) / 8; filled when jemalloc starts.
 * Entries 0 and 1 are sizes up to 8. */
extern unsigned char jem_size_classes[];
/* The size of each class, in bytes. */
extern const size_t jem_sizes[];

/* Where its warnings go; NULL: to a write on descriptor 2, which heap_os
 * swallows. */
extern void (*jem_malloc_message)(void *arg, const char *text);

#endif
