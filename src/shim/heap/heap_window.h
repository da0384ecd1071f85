/*
 * heap_window - where the embedded jemalloc's mappings lie.
 *
 * Each mapping is asked for at the end of the one before, inside the address
 * window of shim/state, as a hint: the kernel merges neighbours, and whether a
 * pointer is ours is one compare.  Where the kernel gives another address
 * (another tool, an emulator), the mapping is noted in a table and frees take
 * their slow path from then on (ARMED_FOREIGN).
 *
 * Memory   a static table of 256 ranges.
 * Threads  any; the table is written under a lock and read without.
 * Fork     the child's lock is reset by heap_after_fork_child().
 */
#ifndef DIAG_HEAP_WINDOW_H
#define DIAG_HEAP_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base/attrs.h"

/* Maps @n bytes where they fit; like sys_mmap(). */
IN_HOOK void *window_map(size_t n, int prot, int flags, int fd, off_t offset);
/* [@p, @p + @n) is jemalloc's from now on; no longer. */
IN_HOOK void window_note(void *p, size_t n);
IN_HOOK void window_forget(void *p, size_t n);
void window_after_fork_child(void);

#endif
