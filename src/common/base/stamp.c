/*
 * stamp - may the time stamp counter be read instead of the clock?
 */
#include "common/base/stamp.h"

#include <string.h>

#include "common/base/proc.h"

bool stamp_is_tsc;

void
stamp_init(void)
{
	char text[32];

	if (proc_read("/sys/devices/system/clocksource/clocksource0/"
	    "current_clocksource", text, sizeof(text)) > 0)
		stamp_is_tsc = strcmp(text, "tsc\n") == 0;
}

struct stamp_pair
stamp_pair(void)
{
	struct stamp_pair best = { 0 };
	uint64_t narrow = UINT64_MAX;

	/* The narrowest of a few tries: an interrupt in between would spoil
	 * the pair. */
	for (int i = 0; i < 4; i++) {
		uint64_t before = stamp_now();
		uint64_t ns = clock_ns();
		uint64_t after = stamp_now();

		if (after - before >= narrow)
			continue;
		narrow = after - before;
		best.stamp = before + narrow / 2;
		best.ns = ns;
	}
	return best;
}
