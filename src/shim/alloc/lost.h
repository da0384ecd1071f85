/*
 * lost - events that are not in the trace, and why.
 *
 * Memory   static.
 * Threads  any.
 * Fork     the child counts from 0.
 */
#ifndef DIAG_ALLOC_LOST_H
#define DIAG_ALLOC_LOST_H

#include <stdint.h>

#include "common/base/attrs.h"

enum lost { LOST_NESTED, LOST_ROOM, LOST_MEMORY, LOST_FOREIGN, LOSTS };

SIGNAL_SAFE COLD void lost_add(enum lost why, uint64_t n);
uint64_t lost_count(void);
/* Says what was lost since it last said so. */
void lost_tell(void);
void lost_after_fork_child(void);

#endif
