/*
 * heap_room - whether there is room for jemalloc, and for a thread in it.
 *
 * It takes 8 MB of address space when it starts and 4 MB for the arena of a
 * thread, and a process that does not have so much (RLIMIT_DATA, RLIMIT_AS)
 * ends in there.  Where room is scarce from the start it is never started, and
 * blocks are libc's; a thread that begins where room has become scarce has no
 * arena and no cache, until there is some: its blocks come from the first
 * arena, as long as that has any.  In a program with a sanitizer inside there
 * is no room either: its own allocator must see every block.
 *
 * Memory   none kept.
 * Threads  any; two that ask first get the same answer.
 * Fork     the child keeps the answer.
 */
#ifndef DIAG_HEAP_ROOM_H
#define DIAG_HEAP_ROOM_H

#include <stdbool.h>

#include "common/base/attrs.h"

/* True when jemalloc must not be called, for there is no room for it.  Tried
 * out when asked first. */
IN_HOOK bool heap_is_missing(void);

/* What tells that it is missing because of a sanitizer; NULL when it is there,
 * or missing for another reason. */
IN_HOOK const char *heap_sanitizer(void);

/* What the build puts in the place of jemalloc's slow way to a thread's data
 * @tsd.  @minimal: the thread has no blocks so far, and wants none. */
IN_HOOK void *heap_room_tsd(void *tsd, bool minimal);

/* In a forked child: no other thread is about to begin. */
SIGNAL_SAFE void heap_room_forked(void);

#endif
