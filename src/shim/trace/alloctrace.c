/*
 * alloctrace - every allocation and free of the host: text, live blocks, leaks.
 */
#include "shim/trace/alloctrace.h"

#include <errno.h>
#include <stdatomic.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/stamp.h"
#include "shim/heap/jem.h"
#include "shim/sched/thread.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"
#include "shim/state/state.h"
#include "shim/trace/alloctext.h"
#include "shim/trace/frames.h"
#include "shim/trace/leaks.h"
#include "shim/trace/live.h"
#include "shim/trace/objects.h"
#include "shim/trace/recorder.h"
#include "shim/trace/ticks.h"
#include "shim/trace/tracer.h"

/* Why an event is not in the trace. */
enum lost { LOST_NESTED, LOST_MEMORY, LOST_FOREIGN, LOSTS };

static const char *const lost_why[LOSTS] = {
	[LOST_NESTED] = "a signal handler interrupted the tracer",
	[LOST_MEMORY] = "no memory for them",
	[LOST_FOREIGN] = "outside of the heap's address window",
};

static struct {
	bool on, text;
	bool tape;		/* events go onto the tape */
	bool tape_alone;	/* and nowhere else: blocks are not followed */
	unsigned groups;	/* of leaks to list; 0: no summary */
	uint64_t minsize, maxsize, sample;
	uint64_t born;		/* a forked child's birth, in ticks */
} trace;

static _Atomic uint64_t lost[LOSTS];
static _Atomic uint64_t lost_told[LOSTS];

static COLD void
lose(enum lost why, uint64_t n)
{
	atomic_fetch_add_explicit(&lost[why], n, memory_order_relaxed);
}

void
alloctrace_lost(uint64_t n)
{
	lose(LOST_NESTED, n);
}

static ALWAYS_INLINE uint64_t
shown_time(uint64_t now_ns)
{
	uint64_t start = clock_start_ns();

	return now_ns > start ? (now_ns - start) / NS_PER_US : 0;
}

/* Blocks from before a fork are the parent's: the child does not count them. */
static ALWAYS_INLINE bool
is_inherited(const struct live_block *b)
{
	return b->time < trace.born;
}

void
alloctrace_forget(const void *p)
{
	struct live_block b;

	if (trace.on && live_take(p, &b) && !is_inherited(&b))
		leaks_add_nested(-(int64_t)b.size);
}

static int
start_parts(const struct options *opt)
{
	int err = live_start();

	if (err == 0)
		err = frames_start();
	if (err == 0 && trace.text)
		err = alloctext_start(opt->allocfreetrace == 2);
	if (err == 0)
		err = stack_init(opt->depth);
	return err;
}

int
alloctrace_start(const struct options *opt)
{
	int err;

	trace.text = opt->allocfreetrace != 0;
	trace.groups = opt->leaks > 0 ? (unsigned)opt->leaks : 0;
	/* With a tape alone its reader tells the leaks, at no cost here. */
	if (opt->leaks < 0 && trace.text)
		trace.groups = 20;
	trace.tape = recorder_is_on();
	if (!trace.text && !trace.tape && trace.groups == 0)
		return 0;
	trace.minsize = opt->minsize;
	trace.maxsize = opt->maxsize;
	trace.sample = opt->sample;
	stamp_init();
	ticks_start(!trace.text);
	trace.tape_alone = trace.tape && !trace.text && trace.groups == 0 &&
	    opt->minsize == 0 && opt->maxsize == UINT64_MAX && opt->sample <= 1;
	err = trace.tape_alone ? stack_init(opt->depth) : start_parts(opt);
	if (err != 0)
		return err;
	tracer_start(trace.text ? opt->depth : 0);
	if (!trace.tape_alone)
		objects_start();
	trace.on = true;
	state_arm_alloc(ARMED_TRACE, 0);
	return 0;
}

static ALWAYS_INLINE struct tracer *
tracer_of(struct thread *t)
{
	struct tracer *tr = t != NULL ? t->trace_private : NULL;

	if (likely(tr != NULL) || t == NULL)
		return tr;
	return tracer_make(t);
}

static ALWAYS_INLINE uint32_t
capture_alloc(struct thread *t)
{
	return stack_capture(thread_stack_cache(t, STACK_OF_ALLOC));
}

static ALWAYS_INLINE uint32_t
capture_free(struct thread *t)
{
	return stack_capture(thread_stack_cache(t, STACK_OF_FREE));
}

/* Applies minsize, maxsize and sample. */
static ALWAYS_INLINE bool
is_wanted(struct tracer *tr, uint64_t size)
{
	if (size < trace.minsize || size > trace.maxsize)
		return false;
	return likely(trace.sample <= 1) || tr->skipped++ % trace.sample == 0;
}

/* Enters a block and counts it; false when it cannot be traced. */
static ALWAYS_INLINE bool
enter_block(struct tracer *tr, const void *p, uint64_t usable,
    const struct live_block *b)
{
	struct live_block old;
	enum live_result r;

	if (unlikely(b->stack == STACK_NONE)) {
		lose(LOST_MEMORY, 1);
		return false;
	}
	r = live_put(p, usable, b, &old);
	if (unlikely(r == LIVE_NONE)) {
		bool inside = (uint64_t)(uintptr_t)p - WINDOW_BASE <
		    WINDOW_SIZE;

		lose(inside ? LOST_MEMORY : LOST_FOREIGN, 1);
		return false;
	}
	tracer_add(&tr->allocs, 1);
	if (unlikely(r == LIVE_REPLACED) && !is_inherited(&old)) {
		tracer_add(&tr->frees, 1);
		leaks_add(tr, -(int64_t)old.size, b->time);
	}
	leaks_add(tr, (int64_t)b->size, b->time);
	return true;
}

static void
count_free(struct tracer *tr, const struct live_block *b)
{
	if (is_inherited(b))
		return;
	tracer_add(&tr->frees, 1);
	leaks_add(tr, -(int64_t)b->size, 0); /* no peak comes of a free */
}

static ALWAYS_INLINE void
tape_alloc(struct thread *t, const void *p, size_t size,
    enum alloc_entry entry, uint32_t stack)
{
	recorder_alloc(t, p, size, (uint8_t)entry, stack, stamp_now());
}

static ALWAYS_INLINE void
tape_free(struct thread *t, const void *p, enum alloc_entry entry,
    uint32_t stack)
{
	recorder_free(t, p, entry == ENTRY_FREE ? 0 : (uint8_t)entry, stack,
	    stamp_now());
}

/* An allocation that is followed: counted, and its end will be seen. */
static void
follow_alloc(struct thread *t, void *p, size_t size, size_t usable,
    enum alloc_entry entry)
{
	struct tracer *tr = tracer_of(t);
	struct live_block b;
	uint64_t now = 0;

	if (unlikely(tr == NULL)) {
		lose(LOST_MEMORY, 1);
		return;
	}
	if (!is_wanted(tr, size))
		return;
	b.size = size;
	if (trace.text)
		now = clock_ns();
	b.time = trace.text ? ticks_at(now) : ticks_now();
	b.stack = capture_alloc(t);
	if (!enter_block(tr, p, usable, &b))
		return;
	if (trace.tape)
		tape_alloc(t, p, size, entry, b.stack);
	if (!trace.text)
		return;
	tracer_label(tr, t);
	alloctext_put(tr, &(struct alloctext){
	    .p = p,
	    .size = size,
	    .usable = usable,
	    .since_us = shown_time(now),
	    .stack = b.stack,
	    .entry = entry,
	}, 1);
}

void
alloctrace_alloc(struct thread *t, void *p, size_t size, size_t usable,
    enum alloc_entry entry)
{
	if (unlikely(t == NULL)) {
		lose(LOST_MEMORY, 1);
		return;
	}
	if (trace.tape_alone)
		tape_alloc(t, p, size, entry, capture_alloc(t));
	else
		follow_alloc(t, p, size, usable, entry);
}

/* The end of a block that may have been followed. */
static void
follow_free(struct thread *t, void *p, enum alloc_entry entry)
{
	struct tracer *tr = tracer_of(t);
	uint32_t stack = STACK_NONE;
	struct live_block b;
	uint64_t now;

	if (!live_take(p, &b))
		return;
	if (unlikely(tr == NULL)) {
		lose(LOST_MEMORY, 1);
		return;
	}
	count_free(tr, &b);
	if (trace.text || trace.tape)
		stack = capture_free(t);
	if (trace.tape)
		tape_free(t, p, entry, stack);
	if (!trace.text)
		return;
	now = clock_ns();
	tracer_label(tr, t);
	alloctext_put(tr, &(struct alloctext){
	    .p = p,
	    .size = b.size,
	    .usable = jem_malloc_usable_size(p),
	    .since_us = shown_time(now),
	    .age_us = ticks_at(now) - b.time,
	    .stack = stack,
	    .entry = entry,
	    .is_free = true,
	}, 1);
}

void
alloctrace_free(struct thread *t, void *p, enum alloc_entry entry)
{
	if (unlikely(t == NULL)) {
		lose(LOST_MEMORY, 1);
		alloctrace_forget(p);
	} else if (trace.tape_alone) {
		tape_free(t, p, entry, capture_free(t));
	} else {
		follow_free(t, p, entry);
	}
}

void
alloctrace_move_begin(struct thread *t, void *old, struct alloc_moved *m)
{
	struct live_block b;

	(void)t;
	m->stack = 0;
	m->stamp = trace.tape ? stamp_now() : 0;
	if (trace.tape_alone || !live_take(old, &b))
		return;
	m->at_ns = trace.text ? clock_ns() : 0;
	m->size = b.size;
	m->time = b.time;
	m->stack = b.stack;
	m->usable = jem_malloc_usable_size(old);
}

/* The two records of a realloc, in one piece. */
static void
write_move(struct tracer *tr, const struct alloctext e[2])
{
	unsigned first = e[0].p == NULL ? 1 : 0;
	unsigned last = e[1].p == NULL ? 0 : 1;

	if (first <= last)
		alloctext_put(tr, &e[first], last - first + 1);
}

/* Describes the end of the old block in @e. */
static void
end_old(struct tracer *tr, void *old, const struct alloc_moved *m,
    struct alloctext *e)
{
	struct live_block b = { m->size, m->time, m->stack };

	count_free(tr, &b);
	*e = (struct alloctext){
		.p = old,
		.size = m->size,
		.usable = m->usable,
		.since_us = shown_time(m->at_ns),
		.age_us = ticks_at(m->at_ns) - m->time,
		.entry = e->entry,
		.stack = e->stack,
		.is_free = true,
	};
}

/* On the tape a realloc's free has the time when it began. */
static void
tape_move(struct thread *t, const void *old, const void *new_, size_t size,
    enum alloc_entry entry, uint32_t stack, uint64_t stamp)
{
	if (old != NULL)
		recorder_free(t, old, (uint8_t)entry, stack, stamp);
	if (new_ != NULL)
		tape_alloc(t, new_, size, entry, stack);
}

static void
follow_move(struct thread *t, void *old, void *new_, size_t size,
    size_t usable, enum alloc_entry entry, const struct alloc_moved *m)
{
	struct tracer *tr = tracer_of(t);
	struct live_block b;
	struct alloctext e[2] = {
		{ .entry = entry }, { .entry = entry }
	};
	bool wanted;

	if (unlikely(tr == NULL)) {
		lose(LOST_MEMORY, 1);
		return;
	}
	/* A block that is traced stays traced: sample does not drop it. */
	wanted = m->stack != 0 ? size >= trace.minsize &&
	    size <= trace.maxsize : is_wanted(tr, size);
	if (m->stack == 0 && !wanted)
		return;
	b.size = size;
	b.time = ticks_now();
	b.stack = capture_alloc(t);
	e[0].stack = e[1].stack = b.stack;
	if (m->stack != 0)
		end_old(tr, old, m, &e[0]);
	if (wanted && enter_block(tr, new_, usable, &b)) {
		e[1].p = new_;
		e[1].size = size;
		e[1].usable = usable;
		e[1].since_us = shown_time(ticks_to_ns(b.time));
	}
	if (trace.tape)
		tape_move(t, e[0].p, e[1].p, size, entry, b.stack, m->stamp);
	if (!trace.text)
		return;
	tracer_label(tr, t);
	write_move(tr, e);
}

void
alloctrace_move_end(struct thread *t, void *old, void *new_, size_t size,
    size_t usable, enum alloc_entry entry, const struct alloc_moved *m)
{
	struct live_block was = { m->size, m->time, m->stack }, unseen;

	if (new_ == NULL) {
		/* It failed: the old block lives on as it was. */
		if (m->stack != 0)
			live_put(old, m->usable, &was, &unseen);
	} else if (unlikely(t == NULL)) {
		lose(LOST_MEMORY, 1);
	} else if (trace.tape_alone) {
		tape_move(t, old, new_, size, entry,
		    capture_alloc(t), m->stamp);
	} else {
		follow_move(t, old, new_, size, usable, entry, m);
	}
}

static void
tell_lost(void)
{
	for (int i = 0; i < LOSTS; i++) {
		uint64_t n = atomic_load(&lost[i]);

		if (n == atomic_exchange(&lost_told[i], n))
			continue;
		sink_say("%llu event%s not traced: %s",
		    (unsigned long long)n, n == 1 ? "" : "s", lost_why[i]);
	}
}

void
alloctrace_report(bool final)
{
	struct tracer_sums sums;

	if (!trace.on || trace.tape_alone)
		return;
	tracer_sums(&sums);
	/* A child that allocated nothing has nothing to say. */
	if (trace.groups != 0 && (trace.born == 0 || sums.allocs != 0))
		leaks_report(trace.groups, trace.born);
	if (final)
		tell_lost();
	sink_flush();
}

void
alloctrace_before_dlclose(void)
{
	struct hook_scope scope;

	if (!trace.on || trace.tape_alone || !hook_enter(&scope))
		return;
	objects_before_close();
	hook_leave(&scope);
}

void
alloctrace_after_dlclose(void)
{
	struct hook_scope scope;

	if (!trace.on || trace.tape_alone || !hook_enter(&scope))
		return;
	objects_after_close();
	hook_leave(&scope);
}

void
alloctrace_after_fork_child(void)
{
	if (!trace.on || trace.tape_alone)
		return;
	objects_after_fork_child();
	frames_after_fork_child();
	alloctext_after_fork_child();
	tracer_after_fork_child();
	leaks_after_fork_child();
	for (int i = 0; i < LOSTS; i++) {
		atomic_store(&lost[i], 0);
		atomic_store(&lost_told[i], 0);
	}
	trace.born = ticks_now();
}
