/*
 * sigmask - no signal of the host's comes in between.
 */
#include "common/base/sigmask.h"

#include <signal.h>
#include <stddef.h>

#include "common/base/sys.h"

/* While SIGSEGV is blocked the kernel ends a process for a fault that the host
 * has a handler for: a stack that runs over with us does it here.  So much is
 * more than most of what is done with signals blocked takes. */
static __attribute__((noinline)) void
reach_down(void)
{
	volatile char room[2048];

	room[0] = 0;
	(void)room[0];
}

void
sigmask_block_but(uint64_t except, uint64_t *before)
{
	uint64_t all = ~except;

	reach_down();
	*before = 0;
	sys_call4(SYS_rt_sigprocmask, SIG_SETMASK, &all, before, sizeof(all));
}

void
sigmask_block(uint64_t *before)
{
	sigmask_block_but(0, before);
}

void
sigmask_restore(const uint64_t *before)
{
	sys_call4(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL,
	    sizeof(*before));
}
