/*
 * count - objects given and taken back: the slow way.
 */
#include "shim/preload/count.h"

#include <stdatomic.h>

#include "shim/sched/given.h"

/* The thread's record, unless the thread is ours (its blocks are none of the
 * host's objects), at its end, or inside a hook that makes the record now. */
static struct thread *
record(void)
{
	struct hook_scope scope;
	struct thread *t = NULL;

	if ((atomic_load(&state_armed_alloc) & ARMED_BOOT) != 0 || tls.dead)
		return NULL;
	if (hook_enter(&scope)) {
		t = thread_self();
		tls.counts = t != NULL ? &t->nalloc : NULL;
		hook_leave(&scope);
	}
	return t;
}

void
count_alloc_slowly(void)
{
	struct thread *t = record();

	if (t != NULL)
		count_one(&t->nalloc);
	else if (tls.inside != INSIDE_OWN_WORK)
		thread_add_boot(1, 0);
	if (tls.dead)
		given_end();
}

void
count_free_slowly(void)
{
	struct thread *t = record();

	if (t != NULL)
		count_one(&t->nfree);
	else if (tls.inside != INSIDE_OWN_WORK)
		thread_add_boot(0, 1);
}
