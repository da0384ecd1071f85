/*
 * mend - putting a thread's things in order after a jump out of them.
 */
#include "shim/preload/mend.h"

#include <stddef.h>

#include "shim/alloc/alloctrace.h"
#include "shim/sched/thread.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"

/* The next walk begins without a previous one, which may be half written. */
static void
mend(void)
{
	struct thread *t = tls.thread;

	sink_mend();
	alloctrace_mend(t);
	if (t != NULL)
		thread_drop_stack_cache(t);
}

void
mend_start(void)
{
	static const struct hook_helpers helpers = {
		.stack = thread_own_stack,
		.mend = mend,
	};

	state_set_helpers(&helpers);
}
