/*
 * malloc_seen - the cold half of the allocation wrappers.
 */
#include "shim/preload/malloc_seen.h"

#include <stdint.h>
#include <string.h>

#include "shim/alloc/leakroots.h"
#include "shim/heap/heap.h"
#include "shim/heap/heap_room.h"
#include "shim/heap/jem.h"
#include "shim/preload/count.h"
#include "shim/preload/early.h"
#include "shim/preload/foreign.h"
#include "shim/sched/thread.h"
#include "shim/state/state.h"

enum { OWN_MOST = 4096 };	/* bytes */

/* What does not matter to where a block comes from. */
#define USUAL ((uint32_t)(ARMED_COUNT | ARMED_TRACE))

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

/* The event could not be recorded: a handler interrupted our own code, or the
 * stack is nearly full. */
static void
lose_event(void)
{
	if (!tls.ours && tls.inside != INSIDE_OWN_WORK)
		alloctrace_lost(tls.inside != 0);
}

static ALWAYS_INLINE void
trace_alloc(void *p, size_t size, enum alloc_entry entry,
    const struct stack_origin *from)
{
	struct hook_scope scope;

	if (!hook_enter(&scope)) {
		lose_event();
		return;
	}
	alloctrace_alloc(thread_self(), p, size, entry, from);
	hook_leave(&scope);
}

static ALWAYS_INLINE void
trace_free(void *p, enum alloc_entry entry, const struct stack_origin *from)
{
	struct hook_scope scope;

	if (!hook_enter(&scope)) {
		lose_event();
		alloctrace_forget(p);
		return;
	}
	alloctrace_free(thread_self(), p, entry, from);
	hook_leave(&scope);
}

/* The flags of mallocx(): the alignment's logarithm, and zeros. */
static COLD void *
take_foreign(const struct want *w)
{
	enum { LOGARITHM = 63, ZERO = 64 };
	size_t align = (size_t)1 << (w->flags & LOGARITHM);

	return foreign_alloc(w->size, MAX(align, w->align),
	    w->zero || (w->flags & ZERO) != 0);
}

/* From our own pool; NULL when it is empty. */
static COLD void *
take_early(const struct want *w)
{
	void *p = early_alloc(w->size, w->align);

	if (p != NULL)
		leakroots_note(p, w->size);
	return p;
}

void *
seen_alloc(const struct want *w)
{
	uint32_t how = armed();
	void *p;

	if (unlikely((how & ARMED_BOOT) != 0 && !early_is_over()))
		return take_early(w);
	/* What libc takes for our thread is not in the host's heap. */
	if (unlikely(tls.inside == INSIDE_OWN_WORK) && w->size <= OWN_MOST &&
	    (p = take_early(w)) != NULL)
		return p;
	if (unlikely((how & (ARMED_BOOT | ARMED_MISSING)) != 0 &&
	    heap_is_missing()))
		return take_foreign(w);
	p = take_block(w);
	if (unlikely(p == NULL)) {
		errno = ENOMEM;
		return NULL;
	}
	if ((how & (ARMED_BOOT | ARMED_COUNT)) != 0)
		count_alloc();
	if (unlikely((how & ARMED_TRACE) != 0))
		trace_alloc(p, w->size, w->entry, &w->from);
	else if (unlikely((how & ARMED_BOOT) != 0))
		leakroots_note(p, jem_malloc_usable_size(p));
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
	struct stack_origin from = STACK_ORIGIN();
	uint32_t how = armed();
	void *p;

	if (unlikely((how & ~USUAL) != 0))
		return seen_malloc_rest(size);
	p = jem_malloc(AT_LEAST_SMALLEST(size));
	if (unlikely(p == NULL)) {
		errno = ENOMEM;
		return NULL;
	}
	if ((how & ARMED_COUNT) != 0)
		count_alloc();
	if ((how & ARMED_TRACE) != 0)
		trace_alloc(p, size, ENTRY_MALLOC, &from);
	return p;
}

void *
seen_calloc(size_t n, size_t size)
{
	return seen_alloc(&(struct want){
	    .size = times(n, size),
	    .zero = true,
	    .entry = ENTRY_CALLOC,
	    .from = STACK_ORIGIN(),
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
	struct stack_origin unknown = { 0 };
	uint32_t how = armed();

	if (unlikely(!heap_in_window(p)) &&
	    (p == NULL || early_owns(p) || !heap_owns(p))) {
		free_other(p);
		return;
	}
	if ((how & (ARMED_BOOT | ARMED_COUNT)) != 0)
		count_free();
	if (unlikely((how & ARMED_TRACE) != 0))
		trace_free(p, entry, &unknown);
	else if (unlikely((how & ARMED_BOOT) != 0))
		leakroots_forget(p);
	if (likely(flags == 0))
		jem_free(p);
	else
		jem_dallocx(p, flags);
}

void
seen_free(void *p, enum alloc_entry entry, int flags)
{
	struct stack_origin from = STACK_ORIGIN();
	uint32_t how = armed();

	if (unlikely((how & ~USUAL) != 0 ||
	    flags != 0 ||
	    (uint64_t)(uintptr_t)p - WINDOW_BASE >= WINDOW_SIZE)) {
		seen_free_rest(p, entry, flags);
		return;
	}
	if ((how & ARMED_COUNT) != 0)
		count_free();
	if ((how & ARMED_TRACE) != 0)
		trace_free(p, entry, &from);
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
	alloctrace_move_end(t, p, q, w->size, w->entry, &w->from, &m);
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
	if (unlikely((how & ARMED_BOOT) != 0) && q != NULL) {
		leakroots_forget(p);
		leakroots_note(q, jem_malloc_usable_size(q));
	}
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

void *
seen_resize(void *p, size_t size, enum alloc_entry entry, int flags)
{
	return seen_realloc(p, &(struct want){
	    .size = size,
	    .flags = flags,
	    .entry = entry,
	    .from = STACK_ORIGIN(),
	});
}
