/*
 * sigmask - no signal of the host's comes in between.
 *
 * A handler could jump out of us and leave half-done things behind, or call
 * what we are in the middle of.
 *
 * Memory   the caller's word.
 * Threads  the calling thread's own mask.
 * Fork     the child has its parent's mask.
 */
#ifndef DIAG_BASE_SIGMASK_H
#define DIAG_BASE_SIGMASK_H

#include <stdint.h>

#include "common/base/attrs.h"

/* Blocks all signals; @before is what was blocked until then. */
SIGNAL_SAFE void sigmask_block(uint64_t *before);
/* The same with those in @except left open. */
SIGNAL_SAFE void sigmask_block_but(uint64_t except, uint64_t *before);
SIGNAL_SAFE void sigmask_restore(const uint64_t *before);

/* The bit of a signal's number. */
#define SIGMASK(number) (1ull << ((number) - 1))

#endif
