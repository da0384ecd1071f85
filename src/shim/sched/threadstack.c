/*
 * threadstack - a thread's part in capturing its stacks.
 */
#include <stddef.h>

#include "shim/sched/thread.h"
#include "shim/stack/stack.h"

void
thread_drop_stack_caches(struct thread *t)
{
	for (int use = 0; use < STACK_CACHES; use++) {
		stack_cache_drop(t->stack_cache[use]);
		t->stack_cache[use] = NULL;
	}
}

struct stack_cache *
thread_make_stack_cache(struct thread *t, enum stack_use use)
{
	t->stack_cache[use] = stack_cache_make(t->stack_low, t->stack_high);
	return t->stack_cache[use];
}
