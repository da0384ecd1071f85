/*
 * ticks - stamps (stamp.h) that become nanoseconds while the program runs.
 *
 * A tick is a stamp: the processor's time stamp counter where the kernel
 * itself trusts it as its clock source, else a nanosecond of CLOCK_MONOTONIC.
 * The rate is measured against CLOCK_MONOTONIC, first at the start and better
 * with time.
 *
 * Memory   static.
 * Threads  any, after ticks_init(); ticks_calibrate() on the diag thread.
 * Fork     nothing changes.
 */
#ifndef DIAG_BASE_TICKS_H
#define DIAG_BASE_TICKS_H

#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/stamp.h"

/* Parts of a nanosecond in a tick's rate. */
enum { TICKS_RATE_BITS = 32 };

/* Nanoseconds of one tick, as a fixed-point number; 0 before ticks_init(). */
extern uint64_t ticks_rate __attribute__((visibility("hidden")));

/* Takes a fraction of a millisecond when it is called first; not in hooks. */
void ticks_init(void);
/* Improves the rate; called once a period. */
DETACHED void ticks_calibrate(void);

SIGNAL_SAFE static ALWAYS_INLINE uint64_t
ticks_now(void)
{
	return stamp_now();
}

/* A span in nanoseconds. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
ticks_to_ns(uint64_t span)
{
	uint64_t rate = __atomic_load_n(&ticks_rate, __ATOMIC_RELAXED);

	return (uint64_t)((__extension__ (unsigned __int128)span * rate) >>
	    TICKS_RATE_BITS);
}

/* The clock_ns() value of a tick. */
SIGNAL_SAFE uint64_t ticks_to_clock_ns(uint64_t ticks);

#endif
