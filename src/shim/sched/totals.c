/*
 * totals - what is read of all thread records: sums, names, searches.
 */
#include "shim/sched/thread.h"

#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

#include "common/base/sys.h"
#include "shim/sched/slab.h"

static _Atomic uint64_t boot[2];	/* nalloc, nfree */

uint32_t
thread_limit(void)
{
	return slab_limit();
}

struct thread *
thread_at(uint32_t index)
{
	return index < slab_limit() ? slab_at(index) : NULL;
}

void
thread_each(thread_fn see, void *arg)
{
	uint32_t limit = slab_limit();

	for (uint32_t i = 0; i < limit; i++) {
		struct thread *t = slab_at(i);

		if (t != NULL && atomic_load_explicit(&t->kind,
		    memory_order_acquire) != THREAD_FREE)
			see(t, arg);
	}
}

struct thread *
thread_by_handle(uint64_t handle)
{
	uint32_t limit = slab_limit();

	for (uint32_t i = 0; handle != 0 && i < limit; i++) {
		struct thread *t = slab_at(i);

		if (t != NULL && atomic_load_explicit(&t->handle,
		    memory_order_relaxed) == handle)
			return t;
	}
	return NULL;
}

void
thread_add_boot(uint64_t nalloc, uint64_t nfree)
{
	atomic_fetch_add(&boot[0], nalloc);
	atomic_fetch_add(&boot[1], nfree);
}

/* The sum over all records, in use or not, of the counter at @offset. */
static uint64_t
sum(size_t offset)
{
	uint32_t limit = slab_limit();
	uint64_t n = 0;

	for (uint32_t i = 0; i < limit; i++) {
		struct thread *t = slab_at(i);

		if (t != NULL)
			n += atomic_load_explicit(
			    (_Atomic uint64_t *)(void *)((char *)t + offset),
			    memory_order_relaxed);
	}
	return n;
}

static void
count_live(struct thread *t, void *arg)
{
	unsigned *live = arg;
	uint32_t kind = atomic_load(&t->kind);

	if (kind != THREAD_OURS && atomic_load(&t->tid) != 0)
		++*live;
}

void
thread_totals(struct thread_totals *out)
{
	/* Frees first: a block freed between the two sums is then counted as
	 * allocated and not yet freed, never the other way round. */
	uint64_t nfree = atomic_load(&boot[1]) +
	    sum(offsetof(struct thread, nfree));

	atomic_thread_fence(memory_order_acquire);
	*out = (struct thread_totals){
		.nalloc = atomic_load(&boot[0]) +
		    sum(offsetof(struct thread, nalloc)),
		.nfree = nfree,
		.lockwait_ns = sum(offsetof(struct thread, lockwait_ns)),
	};
	thread_lives(&out->created, &out->ended);
	thread_each(count_live, &out->live);
}

const char *
thread_own_name(struct thread *t)
{
	if (likely(atomic_load_explicit(&t->name_known,
	    memory_order_relaxed) != 0))
		return t->name;
	/* Known from here on: a rename that comes now says otherwise. */
	atomic_store(&t->name_known, 1);
	if (sys_call2(SYS_prctl, PR_GET_NAME, t->name) != 0)
		t->name[0] = '\0';
	t->name[THREAD_NAME_MAX - 1] = '\0';
	return t->name;
}

void
thread_renamed(uint64_t handle)
{
	struct thread *t = handle == 0 ? tls.thread : thread_by_handle(handle);

	if (t != NULL)
		atomic_store(&t->name_known, 0);
}
