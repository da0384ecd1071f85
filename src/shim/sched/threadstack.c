/*
 * threadstack - a thread's part in capturing its stacks.
 */
#include <stddef.h>

#include "shim/sched/thread.h"
#include "shim/stack/stack.h"

void
thread_drop_stack_cache(struct thread *t)
{
	struct stack_cache *c = t->stack_cache;

	/* First, because a fork may come in between: its child drops what the
	 * record names. */
	__atomic_store_n(&t->stack_cache, NULL, __ATOMIC_SEQ_CST);
	stack_cache_drop(c);
}

struct stack_cache *
thread_make_stack_cache(struct thread *t)
{
	t->stack_cache = stack_cache_make(t->stack_low, t->stack_high);
	return t->stack_cache;
}
