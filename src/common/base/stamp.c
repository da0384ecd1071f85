/*
 * stamp - may the time stamp counter be read instead of the clock?
 */
#include "common/base/stamp.h"

#include <cpuid.h>
#include <string.h>

#include "common/base/proc.h"
#include "common/base/sys.h"

enum {
	LEAF_POWER = 0x80000007,	/* cpuid: what time and power do, */
	TSC_IS_INVARIANT = 1 << 8,	/* and in its edx */
	TRIES = 16,
};

bool stamp_is_tsc;

/* The counter runs evenly, whatever the processor does. */
static bool
tsc_is_invariant(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(LEAF_POWER, &a, &b, &c, &d) != 0 &&
	    (d & TSC_IS_INVARIANT) != 0;
}

/* True when the clock is read without the kernel: a call of it takes several
 * times as long. */
static bool
clock_is_near(void)
{
	uint64_t near = UINT64_MAX, far = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = __builtin_ia32_rdtsc(), between;
		struct timespec t;

		clock_ns();
		between = __builtin_ia32_rdtsc();
		sys_call2(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
		near = MIN(near, between - before);
		far = MIN(far, __builtin_ia32_rdtsc() - between);
	}
	return near < far / 2;
}

/* In a virtual machine the kernel reads the counter with the host's numbers.
 * It does so outside of the kernel only when the host vouches that all
 * processors' counters are one. */
void
stamp_init(void)
{
	char text[32];

	if (proc_read("/sys/devices/system/clocksource/clocksource0/"
	    "current_clocksource", text, sizeof(text)) <= 0)
		return;
	stamp_is_tsc = strcmp(text, "tsc\n") == 0 ||
	    (strcmp(text, "kvm-clock\n") == 0 && tsc_is_invariant() &&
	    clock_is_near());
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
