/*
 * toldbed - a pool that is told about its tasks, and what is read of it.
 */
#include "tests/unit/toldbed.h"

#include <check.h>

#include "common/base/clock.h"

struct pool_reading told;
struct pool *pool;

const struct pool_traits plain_pool = {
	.name = "work", .via = "api", .timed = true, .counts_queue = true,
};

void
set_up(void)
{
	clock_init();
	pool_arm();
	state_arm_wait(ARMED_STATE, 0);
	pool = pool_make(&plain_pool);
}

void
look(void)
{
	ck_assert(pool_read(0, &told));
}

void
spin_ns(uint64_t ns)
{
	uint64_t until = clock_ns() + ns;

	while (clock_ns() < until)
		;
}
