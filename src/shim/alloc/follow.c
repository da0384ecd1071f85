/*
 * follow - blocks from their allocation to their end: counted, in the table of
 * live blocks, in the text; and on the tape too when there is one.
 */
#include "shim/alloc/follow.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/stamp.h"
#include "shim/alloc/alloctext.h"
#include "shim/alloc/blocktime.h"
#include "shim/alloc/leaks.h"
#include "shim/alloc/live.h"
#include "shim/alloc/lost.h"
#include "shim/alloc/recorder.h"
#include "shim/alloc/tracer.h"
#include "shim/heap/heap_room.h"
#include "shim/heap/jem.h"
#include "shim/names/frames.h"
#include "shim/sched/thread.h"
#include "shim/stack/stack.h"
#include "shim/state/state.h"

/* Larger blocks are mostly fresh pages, and writing to them costs memory. */
#define WIPE_MOST 8192

/* One block in so many is few. */
enum { SAMPLE_OF_FEW = 4 };

/* The diag thread may change them: what an event needs twice it reads once. */
static struct {
	_Atomic bool on, text;
	_Atomic bool wipe;	/* what blocks at exit still point to matters */
	_Atomic bool tape;	/* events go onto the tape too */
	_Atomic uint64_t minsize, maxsize, sample;
	_Atomic uint64_t born;	/* a forked child's birth, in ticks; or when
				 * following began anew */
} trace;

/* What blocks of malloc() and calloc() have room for, by 16 bytes: jemalloc is
 * asked once.  To look a block up takes five times as long.  0: it is asked. */
enum { STEP = 16, STEPS = 4096 / STEP };
static uint16_t room_of[STEPS + 1];

#define GET(field) atomic_load_explicit(&trace.field, memory_order_relaxed)

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
	return b->time < GET(born);
}

static void
learn_rooms(void)
{
	for (size_t i = 1; i <= STEPS && !heap_is_missing(); i++) {
		size_t least = jem_nallocx((i - 1) * STEP + 1, 0);
		size_t most = jem_nallocx(i * STEP, 0);

		room_of[i] = least >= STEP && least == most ?
		    (uint16_t)most : 0;
	}
}

static ALWAYS_INLINE size_t
room_in(void *p, size_t size, enum alloc_entry entry)
{
	size_t room = 0;

	if (likely((entry == ENTRY_MALLOC || entry == ENTRY_CALLOC) &&
	    size <= STEPS * STEP))
		room = room_of[(size + STEP - 1) / STEP];
	return likely(room != 0) ? room : jem_malloc_usable_size(p);
}

int
follow_start(void)
{
	int err = live_start();

	learn_rooms();
	if (err == 0)
		err = frames_start();
	trace.on = err == 0;
	return err;
}

void
follow_set(const struct options *opt, bool tape)
{
	alloctext_start(opt->allocfreetrace == 2);
	trace.text = opt->allocfreetrace != 0;
	trace.tape = tape;
	trace.minsize = opt->minsize;
	trace.maxsize = opt->maxsize;
	trace.sample = opt->sample;
	live_expect_few(opt->sample >= SAMPLE_OF_FEW);
}

void
follow_begin_anew(void)
{
	trace.born = blocktime_now();
	tracer_begin_anew();
	leaks_begin_anew();
}

void
follow_after_fork_child(void)
{
	trace.born = blocktime_now();
}

uint64_t
follow_born(void)
{
	return trace.born;
}

void
follow_wipe(bool wipe)
{
	trace.wipe = wipe;
}

/*
 * Bytes of a block that the host has not written yet: malloc() promises nothing
 * of them, and what an earlier owner left there may still point to blocks that
 * are lost by the end.
 */
static ALWAYS_INLINE void
wipe(void *p, size_t from, size_t to)
{
	if (GET(wipe) && to <= WIPE_MOST && from < to)
		memset((char *)p + from, 0, to - from);
}

void
follow_lose(const void *p)
{
	struct live_block b;

	if (GET(on) && live_take(p, &b) && !is_inherited(&b))
		leaks_add_nested(-(int64_t)b.size);
}

static ALWAYS_INLINE struct tracer *
tracer_of(struct thread *t)
{
	struct tracer *tr = t != NULL ? t->trace_private : NULL;

	if (likely(tr != NULL) || t == NULL)
		return tr;
	return tracer_make(t);
}

/* Applies minsize, maxsize and sample. */
static ALWAYS_INLINE bool
is_wanted(struct tracer *tr, uint64_t size)
{
	uint64_t sample = GET(sample);

	if (size < GET(minsize) || size > GET(maxsize))
		return false;
	return likely(sample <= 1) || tr->skipped++ % sample == 0;
}

/* Enters a block and counts it; false when it cannot be traced. */
static ALWAYS_INLINE bool
enter_block(struct tracer *tr, const void *p, uint64_t usable,
    const struct live_block *b)
{
	struct live_block old;
	enum live_result r;

	if (unlikely(b->stack == STACK_NONE)) {
		lost_add(LOST_MEMORY, 1);
		return false;
	}
	r = live_put(p, usable, b, &old);
	if (unlikely(r == LIVE_NONE)) {
		bool inside = (uint64_t)(uintptr_t)p - WINDOW_BASE <
		    WINDOW_SIZE;

		lost_add(inside ? LOST_MEMORY : LOST_FOREIGN, 1);
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

void
follow_alloc(struct thread *t, void *p, size_t size, enum alloc_entry entry,
    const struct stack_origin *from)
{
	size_t usable = room_in(p, size, entry);
	struct tracer *tr = tracer_of(t);
	bool text = GET(text);
	struct live_block b;
	uint64_t now = 0;

	if (unlikely(tr == NULL)) {
		lost_add(LOST_MEMORY, 1);
		return;
	}
	if (!is_wanted(tr, size))
		return;
	if (entry != ENTRY_CALLOC)
		wipe(p, 0, usable);
	b.size = size;
	if (text)
		now = clock_ns();
	b.time = text ? blocktime_at(now) : blocktime_now();
	b.stack = stack_capture_at(thread_stack_cache(t), from);
	if (!enter_block(tr, p, usable, &b))
		return;
	if (GET(tape))
		recorder_alloc(t, p, size, (uint8_t)entry, b.stack,
		    stamp_now());
	if (!text)
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
follow_free(struct thread *t, void *p, enum alloc_entry entry,
    const struct stack_origin *from)
{
	struct tracer *tr = tracer_of(t);
	bool text = GET(text), tape = GET(tape);
	uint32_t stack = STACK_NONE;
	struct live_block b;
	uint64_t now;

	if (!live_take(p, &b))
		return;
	if (unlikely(tr == NULL)) {
		lost_add(LOST_MEMORY, 1);
		return;
	}
	count_free(tr, &b);
	if (text)
		stack = stack_capture_at(thread_stack_cache(t), from);
	if (tape)
		recorder_free(t, p, entry == ENTRY_FREE ? 0 : (uint8_t)entry,
		    recorder_free_stack(t, from), stamp_now());
	if (!text)
		return;
	now = clock_ns();
	tracer_label(tr, t);
	alloctext_put(tr, &(struct alloctext){
	    .p = p,
	    .size = b.size,
	    .usable = jem_malloc_usable_size(p),
	    .since_us = shown_time(now),
	    .age_us = blocktime_at(now) - b.time,
	    .stack = stack,
	    .entry = entry,
	    .is_free = true,
	}, 1);
}

bool
follow_move_begin(void *old, struct alloc_moved *m)
{
	struct live_block b;

	if (!live_take(old, &b))
		return false;
	m->at_ns = GET(text) ? clock_ns() : 0;
	m->size = b.size;
	m->time = b.time;
	m->stack = b.stack;
	m->usable = jem_malloc_usable_size(old);
	return true;
}

void
follow_move_failed(void *old, const struct alloc_moved *m)
{
	struct live_block was = { m->size, m->time, m->stack }, unseen;

	live_put(old, m->usable, &was, &unseen);
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
    bool text, struct alloctext *e)
{
	struct live_block b = { m->size, m->time, m->stack };
	uint64_t at_ns = m->at_ns;

	if (text && at_ns == 0)	/* it was turned on since */
		at_ns = clock_ns();
	count_free(tr, &b);
	*e = (struct alloctext){
		.p = old,
		.size = m->size,
		.usable = m->usable,
		.since_us = shown_time(at_ns),
		.age_us = blocktime_at(at_ns) - m->time,
		.entry = e->entry,
		.stack = e->stack,
		.is_free = true,
	};
}

void
follow_move(struct thread *t, void *old, void *new_, size_t size,
    enum alloc_entry entry, const struct stack_origin *from,
    const struct alloc_moved *m)
{
	size_t usable = jem_malloc_usable_size(new_);
	struct tracer *tr = tracer_of(t);
	struct live_block b;
	struct alloctext e[2] = {
		{ .entry = entry }, { .entry = entry }
	};
	bool text = GET(text), wanted;

	if (unlikely(tr == NULL)) {
		lost_add(LOST_MEMORY, 1);
		return;
	}
	/* A block that is traced stays traced: sample does not drop it. */
	wanted = m->stack != 0 ? size >= GET(minsize) &&
	    size <= GET(maxsize) : is_wanted(tr, size);
	if (m->stack == 0 && !wanted)
		return;
	b.size = size;
	b.time = blocktime_now();
	b.stack = stack_capture_at(thread_stack_cache(t), from);
	e[0].stack = e[1].stack = b.stack;
	if (m->stack != 0) {
		end_old(tr, old, m, text, &e[0]);
		wipe(new_, m->usable, usable);
	}
	if (wanted && enter_block(tr, new_, usable, &b)) {
		e[1].p = new_;
		e[1].size = size;
		e[1].usable = usable;
		if (text)
			e[1].since_us = shown_time(blocktime_to_ns(b.time));
	}
	if (GET(tape))
		recorder_move(t, e[0].p, e[1].p, size, (uint8_t)entry,
		    from, b.stack, m->stamp);
	if (!text)
		return;
	tracer_label(tr, t);
	write_move(tr, e);
}
