/*
 * tracer - what allocation tracing keeps for each thread.
 *
 * Memory   one mapping per thread; when the thread is gone, the next new one
 *          takes it over, and its counts go on.
 * Threads  the owner writes; tracer_sums() reads them all.
 * Fork     the child keeps all of them; tracer_after_fork_child() sets the
 *          counts to 0.
 */
#ifndef DIAG_ALLOC_TRACER_H
#define DIAG_ALLOC_TRACER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "shim/names/frames.h"

struct thread;

struct tracer {
	struct tracer *next;	/* in the list of all; never changes */
	_Atomic bool idle;	/* its thread is gone */
	_Atomic uint64_t allocs, frees;	/* of traced blocks */
	_Atomic int64_t unflushed;	/* live bytes not yet in the sum */
	uint64_t skipped;	/* allocations since the last sampled one */
	pid_t tid;		/* whom @label names */
	char name[16];
	unsigned label_len;
	char label[128];	/* ` thread 4242 "worker-3"` */
	struct frames_room *room;	/* with text only */
	char record[];		/* tracer_record_space() bytes */
};

/* Sets the room for a record: @frames lines of usual length, or none. */
void tracer_start(unsigned frames);
SIGNAL_SAFE size_t tracer_record_space(void);

/* The tracer of @t, made at its first event, with what the walk of its stack
 * needs; NULL without memory. */
IN_HOOK struct tracer *tracer_make(struct thread *t);

/* Makes @label say who the thread is now. */
IN_HOOK void tracer_label(struct tracer *tr, struct thread *t);

/* A handler has jumped out of the use of @t's tracer. */
IN_HOOK void tracer_mend(struct thread *t);

struct tracer_sums {
	uint64_t allocs, frees;
	int64_t unflushed;
	unsigned tracers;
};
void tracer_sums(struct tracer_sums *out);
/* From here on the sums are of what comes; the unflushed bytes go on. */
DETACHED void tracer_begin_anew(void);
/* Those with a thread. */
extern _Atomic unsigned tracer_busy __attribute__((visibility("hidden")));

SIGNAL_SAFE static ALWAYS_INLINE unsigned
tracer_count(void)
{
	return atomic_load_explicit(&tracer_busy, memory_order_relaxed);
}

void tracer_after_fork_child(void);

/* Adds @n to a count that its owner alone writes and others read. */
SIGNAL_SAFE static ALWAYS_INLINE void
tracer_add(_Atomic uint64_t *count, uint64_t n)
{
	atomic_store_explicit(count, n + atomic_load_explicit(count,
	    memory_order_relaxed), memory_order_relaxed);
}

#endif
