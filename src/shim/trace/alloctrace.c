/*
 * alloctrace - every allocation and free of the host: text, live blocks, leaks.
 */
#include "shim/trace/alloctrace.h"

#include "common/base/stamp.h"
#include "shim/sched/thread.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"
#include "shim/state/state.h"
#include "shim/trace/alloctext.h"
#include "shim/trace/blocktime.h"
#include "shim/trace/follow.h"
#include "shim/trace/frames.h"
#include "shim/trace/leaks.h"
#include "shim/trace/lost.h"
#include "shim/trace/objects.h"
#include "shim/trace/recorder.h"
#include "shim/trace/tracer.h"

static struct {
	bool on;
	bool tape;		/* events go onto the tape */
	bool tape_alone;	/* and nowhere else: blocks are not followed */
	unsigned groups;	/* of leaks to list; 0: no summary */
	bool scan;		/* at exit, look what is still pointed to */
	bool partial;		/* some blocks are not followed */
} trace;

static void
lose(enum lost why)
{
	lost_add(why, 1);
	if (trace.tape)
		recorder_lose(1);
}

void
alloctrace_lost(bool inside)
{
	lose(inside ? LOST_NESTED : LOST_ROOM);
}

void
alloctrace_mend(struct thread *t)
{
	if (!trace.on)
		return;
	lose(LOST_NESTED);
	if (t == NULL)
		return;
	tracer_mend(t);
	recorder_mend(t);
}

void
alloctrace_forget(const void *p)
{
	follow_lose(p);
}

int
alloctrace_start(const struct options *opt)
{
	bool text = opt->allocfreetrace != 0;
	int err = 0;

	trace.groups = opt->leaks > 0 ? (unsigned)opt->leaks : 0;
	/* With a tape alone its reader tells the leaks, at no cost here. */
	if (opt->leaks < 0 && text)
		trace.groups = 20;
	trace.scan = opt->leakscan;
	trace.partial = opt->minsize != 0 || opt->maxsize != UINT64_MAX ||
	    opt->sample > 1;
	trace.tape = recorder_is_on();
	if (!text && !trace.tape && trace.groups == 0)
		return 0;
	stamp_init();
	blocktime_start(!text);
	trace.tape_alone = trace.tape && !text && trace.groups == 0 &&
	    !trace.partial;
	if (!trace.tape_alone)
		err = follow_start(opt, trace.tape);
	if (trace.scan && trace.groups != 0 && !trace.partial)
		follow_wipe();
	if (err == 0)
		err = stack_init(opt->depth);
	if (err != 0)
		return err;
	tracer_start(text ? opt->depth : 0);
	if (!trace.tape_alone)
		objects_start();
	trace.on = true;
	state_arm_alloc(ARMED_TRACE, 0);
	return 0;
}

void
alloctrace_alloc(struct thread *t, void *p, size_t size,
    enum alloc_entry entry, const struct stack_origin *from)
{
	if (unlikely(t == NULL))
		lose(LOST_MEMORY);
	else if (trace.tape_alone)
		recorder_alloc(t, p, size, (uint8_t)entry, stack_capture_at(
		    thread_stack_cache(t), from), stamp_now());
	else
		follow_alloc(t, p, size, entry, from);
}

void
alloctrace_free(struct thread *t, void *p, enum alloc_entry entry,
    const struct stack_origin *from)
{
	if (unlikely(t == NULL)) {
		lose(LOST_MEMORY);
		follow_lose(p);
	} else if (trace.tape_alone) {
		recorder_free(t, p, entry == ENTRY_FREE ? 0 : (uint8_t)entry,
		    stack_capture_at(thread_stack_cache(t), from),
		    stamp_now());
	} else {
		follow_free(t, p, entry, from);
	}
}

void
alloctrace_move_begin(struct thread *t, void *old, struct alloc_moved *m)
{
	(void)t;
	m->stack = 0;
	m->stamp = trace.tape ? stamp_now() : 0;
	if (!trace.tape_alone)
		follow_move_begin(old, m);
}

void
alloctrace_move_end(struct thread *t, void *old, void *new_, size_t size,
    enum alloc_entry entry, const struct stack_origin *from,
    const struct alloc_moved *m)
{
	if (new_ == NULL) {
		if (m->stack != 0)
			follow_move_failed(old, m);
	} else if (unlikely(t == NULL)) {
		lose(LOST_MEMORY);
	} else if (trace.tape_alone) {
		recorder_move(t, old, new_, size, (uint8_t)entry,
		    stack_capture_at(thread_stack_cache(t), from), m->stamp);
	} else {
		follow_move(t, old, new_, size, entry, from, m);
	}
}

static void
report_leaks(bool final)
{
	leaks_report(&(struct leaks_ask){
	    .groups = trace.groups,
	    .born = follow_born(),
	    .scan = final && trace.scan,
	    .blind = trace.partial || lost_count() != 0 ?
		"not every block is followed" : NULL,
	});
}

void
alloctrace_report(bool final)
{
	struct tracer_sums sums;

	if (!trace.on || trace.tape_alone)
		return;
	tracer_sums(&sums);
	/* A child that allocated nothing has nothing to say. */
	if (trace.groups != 0 && (follow_born() == 0 || sums.allocs != 0))
		report_leaks(final);
	if (final)
		lost_tell();
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
	lost_after_fork_child();
	follow_after_fork_child();
}
