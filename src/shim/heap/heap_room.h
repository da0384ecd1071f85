/*
 * heap_room - whether there is room for jemalloc at all.
 *
 * It takes 8 MB of address space when it starts and 4 MB for the arena of a
 * thread, and a process that does not have so much (RLIMIT_DATA, RLIMIT_AS)
 * ends in there.  Where room is scarce it is never started, and blocks are
 * libc's.
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

#endif
