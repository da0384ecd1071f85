/*
 * unload - two counters that each side sets before it looks at the other's.
 */
#include "shim/tasks/unload.h"

#include <stdatomic.h>
#include <time.h>

#include "common/base/sys.h"

/* A walk takes microseconds; whoever holds longer lost its CPU, and gets it
 * when the waiting thread sleeps. */
enum { PATIENCE = 200, NAP_NS = 50000 };

static _Atomic int unloading, held;

void
unload_begin(void)
{
	struct timespec nap = { .tv_nsec = NAP_NS };

	atomic_fetch_add(&unloading, 1);
	for (int i = 0; i < PATIENCE && atomic_load(&held) != 0; i++)
		sys_call2(SYS_nanosleep, &nap, NULL);
}

void
unload_end(void)
{
	/* A child that a destructor forked began with none. */
	if (atomic_fetch_sub(&unloading, 1) <= 0)
		atomic_store(&unloading, 0);
}

bool
unload_hold(void)
{
	atomic_store(&held, 1);
	if (atomic_load(&unloading) == 0)
		return true;
	atomic_store(&held, 0);
	return false;
}

void
unload_release(void)
{
	atomic_store(&held, 0);
}

void
unload_after_fork_child(void)
{
	atomic_store(&unloading, 0);
	atomic_store(&held, 0);
}
