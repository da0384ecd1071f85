/*
 * relaxed - words that one thread writes and others look at.
 *
 * Nothing follows from the order in which they are seen; where something does,
 * the atomic operations are written out.
 *
 * Memory   the caller's.
 * Threads  any.
 * Fork     none.
 */
#ifndef DIAG_BASE_RELAXED_H
#define DIAG_BASE_RELAXED_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/base/attrs.h"

SIGNAL_SAFE static ALWAYS_INLINE uint64_t
load(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

SIGNAL_SAFE static ALWAYS_INLINE void
store(_Atomic uint64_t *word, uint64_t value)
{
	atomic_store_explicit(word, value, memory_order_relaxed);
}

SIGNAL_SAFE static ALWAYS_INLINE uint32_t
load32(const _Atomic uint32_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

SIGNAL_SAFE static ALWAYS_INLINE void
store32(_Atomic uint32_t *word, uint32_t value)
{
	atomic_store_explicit(word, value, memory_order_relaxed);
}

#endif
