/*
 * blocktime - the time scale of live blocks.
 *
 * With text, a tick is a microsecond of the monotonic clock, which the text
 * needs anyway.  Without, only the leak summary asks when a block was
 * allocated, so a tick is 1024 stamps (stamp.h): a third of the cost, and made
 * into nanoseconds at the end.  Both fit 48 bits for years.
 *
 * Memory   static.
 * Threads  written once, before tracing is armed.
 * Fork     the child goes on with the parent's origin.
 */
#ifndef DIAG_ALLOC_BLOCKTIME_H
#define DIAG_ALLOC_BLOCKTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/clock.h"
#include "common/base/stamp.h"

enum { BLOCKTIME_SHIFT = 10 };

extern struct blocktime {
	uint64_t origin_ns, origin_stamp;	/* tick 0 on both clocks */
	bool stamps;
} blocktime __attribute__((visibility("hidden")));

/* @stamps: the cheap scale is enough. */
void blocktime_start(bool stamps);

/* The tick of the moment @now_ns on clock_ns()'s scale, with text. */
SIGNAL_SAFE static ALWAYS_INLINE uint64_t
blocktime_at(uint64_t now_ns)
{
	return (now_ns - blocktime.origin_ns) / NS_PER_US;
}

SIGNAL_SAFE static ALWAYS_INLINE uint64_t
blocktime_now(void)
{
	if (likely(blocktime.stamps))
		return (stamp_now() - blocktime.origin_stamp) >>
		    BLOCKTIME_SHIFT;
	return blocktime_at(clock_ns());
}

/* @tick on clock_ns()'s scale. */
SIGNAL_SAFE uint64_t blocktime_to_ns(uint64_t tick);

#endif
