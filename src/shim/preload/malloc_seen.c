/*
 * malloc_seen - the cold half of the allocation wrappers.
 */
#include "shim/preload/malloc_seen.h"

#include <stdint.h>
#include <string.h>

#include "shim/heap/heap.h"
#include "shim/heap/jem.h"
#include "shim/preload/count.h"
#include "shim/preload/early.h"
#include "shim/preload/foreign.h"
#include "shim/sched/thread.h"
#include "shim/state/state.h"

static uint32_t
armed(void)
{
	return atomic_load_explicit(&state_armed_alloc, memory_order_relaxed);
}

/* A block as jemalloc gives it. */
static void *
take_block(const struct want *w)
{
	if (w->flags != 0)
		return jem_mallocx(AT_LEAST_SMALLEST(w->size), w->flags);
	if (w->align > 16)
		return jem_memalign(w->align, w->size == 0 ? 1 : w->size);
	if (w->zero)
		return jem_calloc(1, AT_LEAST_SMALLEST(w->size));
	return jem_malloc(AT_LEAST_SMALLEST(w->size));
}

/* The event could not be recorded: a handler interrupted our own code. */
static void
lose_event(void)
{
	if (tls.ours || tls.inside == INSIDE_OWN_WORK)
		return;
	atomic_fetch_add_explicit(&state_nested_events, 1,
	    memory_order_relaxed);
	alloctrace_lost(1);
}

static void
trace_alloc(void *p, const struct want *w)
{
	struct hook_scope scope;

	if (!hook_enter(&scope)) {
		lose_event();
		return;
	}
	alloctrace_alloc(thread_self(), p, w->size, jem_malloc_usable_size(p),
	    w->entry);
	hook_leave(&scope);
}

static void
trace_free(void *p, enum alloc_entry entry)
{
	struct hook_scope scope;

	if (!hook_enter(&scope)) {
		lose_event();
		alloctrace_forget(p);
		return;
	}
	alloctrace_free(thread_self(), p, entry);
	hook_leave(&scope);
}

void *
seen_alloc(const struct want *w)
{
	uint32_t how = armed();
	void *p;

	if (unlikely((how & ARMED_BOOT) != 0 && !early_is_over()))
		return early_alloc(w->size, w->align);
	p = take_block(w);
	if (unlikely(p == NULL)) {
		errno = ENOMEM;
		return NULL;
	}
	if ((how & (ARMED_BOOT | ARMED_COUNT)) != 0)
		count_alloc();
	if (unlikely((how & ARMED_TRACE) != 0))
		trace_alloc(p, w);
	return p;
}

static COLD void *
seen_malloc_rest(size_t size)
{
	return seen_alloc(&(struct want){
	    .size = size,
	    .entry = ENTRY_MALLOC,
	});
}

void *
seen_malloc(size_t size)
{
	void *p;

	if (unlikely(armed() != ARMED_COUNT))
		return seen_malloc_rest(size);
	p = jem_malloc(AT_LEAST_SMALLEST(size));
	if (likely(p != NULL))
		count_alloc();
	return p;
}

void *
seen_calloc(size_t n, size_t size)
{
	return seen_alloc(&(struct want){
	    .size = times(n, size),
	    .zero = true,
	    .entry = ENTRY_CALLOC,
	});
}

/* A block that is not jemalloc's: NULL, of the early pool, or glibc's. */
static COLD void
free_other(void *p)
{
	if (p != NULL && !early_owns(p))
		foreign_free(p);
}

static COLD void
seen_free_rest(void *p, enum alloc_entry entry, int flags)
{
	uint32_t how = armed();

	if (unlikely(p == NULL || early_owns(p) || !heap_owns(p))) {
		free_other(p);
		return;
	}
	if ((how & (ARMED_BOOT | ARMED_COUNT)) != 0)
		count_free();
	if (unlikely((how & ARMED_TRACE) != 0))
		trace_free(p, entry);
	if (likely(flags == 0))
		jem_free(p);
	else
		jem_dallocx(p, flags);
}

void
seen_free(void *p, enum alloc_entry entry, int flags)
{
	if (unlikely(armed() != ARMED_COUNT || flags != 0 ||
	    (uint64_t)(uintptr_t)p - WINDOW_BASE >= WINDOW_SIZE)) {
		seen_free_rest(p, entry, flags);
		return;
	}
	count_free();
	jem_free(p);
}

static void *
resize(void *p, const struct want *w)
{
	if (w->flags != 0)
		return jem_rallocx(p, AT_LEAST_SMALLEST(w->size), w->flags);
	return jem_realloc(p, AT_LEAST_SMALLEST(w->size));
}

/* The old block's entry is taken before jemalloc can give its address to
 * another thread. */
static void *
resize_traced(void *p, const struct want *w)
{
	struct hook_scope scope;
	struct alloc_moved m;
	struct thread *t;
	void *q;

	if (!hook_enter(&scope)) {
		lose_event();
		alloctrace_forget(p);
		return resize(p, w);
	}
	t = thread_self();
	alloctrace_move_begin(t, p, &m);
	q = resize(p, w);
	alloctrace_move_end(t, p, q, w->size,
	    q == NULL ? 0 : jem_malloc_usable_size(q), w->entry, &m);
	hook_leave(&scope);
	return q;
}

/* Out of the early pool, into the heap. */
static void *
resize_early(void *p, const struct want *w)
{
	void *q = seen_alloc(w);
	size_t n = early_size(p);

	if (q != NULL)
		early_copy(q, p, n < w->size ? n : w->size);
	return q;
}

void *
seen_realloc(void *p, const struct want *w)
{
	uint32_t how = armed();
	void *q;

	if (p == NULL)
		return seen_alloc(w);
	if (unlikely(early_owns(p)))
		return resize_early(p, w);
	if (unlikely(!heap_owns(p)))
		return foreign_realloc(p, w->size);
	if (w->size == 0) {
		seen_free(p, w->entry, w->flags);
		return NULL;
	}
	q = (how & ARMED_TRACE) != 0 ? resize_traced(p, w) : resize(p, w);
	if (unlikely(q == NULL)) {
		errno = ENOMEM;
		return NULL;
	}
	if ((how & (ARMED_BOOT | ARMED_COUNT)) != 0) {
		count_alloc();
		count_free();
	}
	return q;
}
