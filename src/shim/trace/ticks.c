/*
 * ticks - the time scale of live blocks.
 */
#include "shim/trace/ticks.h"

struct ticks ticks;

void
ticks_start(bool stamps)
{
	struct stamp_pair now = stamp_pair();

	ticks.origin_ns = now.ns;
	ticks.origin_stamp = now.stamp;
	ticks.stamps = stamps;
}

/* Between the origin and now, stamps run evenly. */
uint64_t
ticks_to_ns(uint64_t tick)
{
	struct stamp_pair now;
	double rate;

	if (!ticks.stamps)
		return ticks.origin_ns + tick * NS_PER_US;
	now = stamp_pair();
	if (now.stamp <= ticks.origin_stamp)
		return ticks.origin_ns;
	rate = (double)(now.ns - ticks.origin_ns) /
	    (double)(now.stamp - ticks.origin_stamp);
	return ticks.origin_ns +
	    (uint64_t)((double)(tick << TICKS_SHIFT) * rate);
}
