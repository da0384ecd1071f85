/*
 * stamp - the cheapest clock that orders events: for records by the million.
 *
 * A stamp is the processor's time stamp counter where the kernel itself trusts
 * it as its clock source (about 10 ns to read), or reads it through the host's
 * kvm-clock (25 ns), else CLOCK_MONOTONIC.  Stamps become nanoseconds
 * afterwards, from two moments read on both clocks.
 *
 * Memory   one static word.
 * Threads  any, after stamp_init().
 * Fork     nothing to do.
 */
#ifndef DIAG_BASE_STAMP_H
#define DIAG_BASE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/clock.h"

extern bool stamp_is_tsc
    __attribute__((visibility("hidden")));	/* written by stamp_init() */

/* Asks the kernel which clock it trusts.  Reads a small file: not in hooks. */
void stamp_init(void);

/* The counter itself: for who has seen that it is the clock. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
stamp_tsc(void)
{
	return __builtin_ia32_rdtsc();
}

SIGNAL_SAFE static ALWAYS_INLINE uint64_t
stamp_now(void)
{
	return likely(stamp_is_tsc) ? stamp_tsc() : clock_ns();
}

/* A moment on both clocks. */
struct stamp_pair {
	uint64_t stamp, ns;
};
SIGNAL_SAFE struct stamp_pair stamp_pair(void);

#endif
