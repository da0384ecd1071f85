/*
 * stackcopy - a piece of another thread's stack, copied by the kernel.
 *
 * A stack may end, be unmapped or change while it is looked at: the kernel
 * copies what is there, and what is not there is no fault of ours.
 *
 * Memory   static, one copy of at most STACKCOPY_BYTES.
 * Threads  the diag thread alone.
 * Fork     nothing kept.
 */
#ifndef DIAG_TASKS_STACKCOPY_H
#define DIAG_TASKS_STACKCOPY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum { STACKCOPY_BYTES = 32768 };

/* Copies from @low on, as far as memory is mapped and @high allows; false when
 * there is nothing.  The copy before is gone. */
DETACHED bool stackcopy_take(uint64_t low, uint64_t high);
/* The word that was at address @at; false when it is not in the copy. */
DETACHED bool stackcopy_word(uint64_t at, uint64_t *word);
/* One past the last address of the copy. */
DETACHED uint64_t stackcopy_high(void);

#endif
