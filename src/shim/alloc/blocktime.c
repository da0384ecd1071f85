/*
 * blocktime - the time scale of live blocks.
 */
#include "shim/alloc/blocktime.h"

struct blocktime blocktime;

void
blocktime_start(bool stamps)
{
	struct stamp_pair now = stamp_pair();

	blocktime.origin_ns = now.ns;
	blocktime.origin_stamp = now.stamp;
	blocktime.stamps = stamps;
}

/* Between the origin and now, stamps run evenly. */
uint64_t
blocktime_to_ns(uint64_t tick)
{
	struct stamp_pair now;
	double rate;

	if (!blocktime.stamps)
		return blocktime.origin_ns + tick * NS_PER_US;
	now = stamp_pair();
	if (now.stamp <= blocktime.origin_stamp)
		return blocktime.origin_ns;
	rate = (double)(now.ns - blocktime.origin_ns) /
	    (double)(now.stamp - blocktime.origin_stamp);
	return blocktime.origin_ns +
	    (uint64_t)((double)(tick << BLOCKTIME_SHIFT) * rate);
}
