/*
 * threadstack - a thread's part in capturing its stacks.
 */
#include <stdatomic.h>
#include <stddef.h>

#include "shim/sched/thread.h"
#include "shim/stack/stack.h"

static void
drop(struct thread *t)
{
	stack_cache_drop(t->stack_cache);
	t->stack_cache = NULL;
}

struct stack_cache *
thread_make_stack_cache(struct thread *t)
{
	static atomic_flag told = ATOMIC_FLAG_INIT;

	if (!atomic_flag_test_and_set(&told))
		thread_on_release(drop);
	t->stack_cache = stack_cache_make(t->stack_low, t->stack_high);
	return t->stack_cache;
}
