/*
 * alloctrace - every allocation and free of the host: text, live blocks, leaks.
 */
#include "shim/alloc/alloctrace.h"

#include "common/base/stamp.h"
#include "shim/alloc/alloctext.h"
#include "shim/alloc/blocktime.h"
#include "shim/alloc/follow.h"
#include "shim/alloc/leaks.h"
#include "shim/alloc/lost.h"
#include "shim/alloc/offspring.h"
#include "shim/alloc/recorder.h"
#include "shim/alloc/tracer.h"
#include "shim/names/frames.h"
#include "shim/names/objects.h"
#include "shim/sched/thread.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"
#include "shim/state/state.h"

/* What a hook looks at may change under it: it is ready for either. */
static struct {
	bool ready;		/* what tracing needs is there */
	_Atomic bool on;
	_Atomic bool tape;	/* events go onto the tape */
	_Atomic bool tape_alone; /* and nowhere else: blocks are not followed */
	unsigned groups;	/* of leaks to list; 0: no summary */
	bool scan;		/* at exit, look what is still pointed to */
	const char *blind;	/* why some blocks are not followed; or NULL */
	bool asked;		/* for the leaks, in this running process */
	struct options opt;	/* as they are in force */
} trace;

#define GET(field) atomic_load_explicit(&trace.field, memory_order_relaxed)

static void
lose(enum lost why)
{
	lost_add(why, 1);
	if (GET(tape))
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

static bool
has_filter(const struct options *opt)
{
	return opt->minsize != 0 || opt->maxsize != UINT64_MAX ||
	    opt->sample > 1;
}

static unsigned
groups_of(const struct options *opt)
{
	if (opt->leaks >= 0)
		return (unsigned)opt->leaks;
	/* With a tape alone its reader tells the leaks, at no cost here. */
	return opt->allocfreetrace != 0 ? 20 : 0;
}

static bool
is_wanted(const struct options *opt)
{
	return opt->allocfreetrace != 0 || recorder_is_on() ||
	    groups_of(opt) != 0;
}

/* Blocks are followed from their allocation to their end. */
static bool
follows(const struct options *opt)
{
	return opt->allocfreetrace != 0 || groups_of(opt) != 0 ||
	    (recorder_is_on() && has_filter(opt));
}

/* What is needed, now or when it is turned on. */
static int
make_ready(const struct options *opt)
{
	bool text = opt->allocfreetrace != 0 || opt->control;
	int err = 0;

	if (trace.ready)
		return 0;
	stamp_init();
	blocktime_start(!text);
	if (follows(opt) || opt->control)
		err = follow_start();
	if (err == 0)
		err = stack_init(opt->depth);
	if (err != 0)
		return err;
	tracer_start(text ? opt->depth : 0);
	trace.ready = true;
	return 0;
}

static void
set(const struct options *opt)
{
	trace.opt = *opt;
	trace.groups = groups_of(opt);
	trace.scan = opt->leakscan;
	if (has_filter(opt))
		trace.blind = "not every block is followed";
	trace.tape = recorder_is_on();
	trace.tape_alone = !follows(opt);
	follow_set(opt, trace.tape);
	follow_wipe(trace.scan && trace.groups != 0 && trace.blind == NULL);
	trace.on = is_wanted(opt);
	state_arm_alloc(trace.on ? ARMED_TRACE : 0, trace.on ? 0 : ARMED_TRACE);
}

int
alloctrace_start(const struct options *opt)
{
	bool wanted = is_wanted(opt);
	int err = wanted || opt->control ? make_ready(opt) : 0;

	if (err != 0)
		return err;
	if (follows(opt))
		objects_start();
	set(opt);
	return 0;
}

static bool
has_same_filter(const struct options *a, const struct options *b)
{
	return a->minsize == b->minsize && a->maxsize == b->maxsize &&
	    a->sample == b->sample;
}

/* Blocks whose end was not seen, or would not be, are not followed on. */
int
alloctrace_change(const struct options *opt)
{
	bool went_on = trace.on && !trace.tape_alone &&
	    has_same_filter(&trace.opt, opt);
	int err = make_ready(opt);

	if (err != 0)
		return err;
	if (!went_on && follows(opt)) {
		follow_begin_anew();
		trace.blind = "blocks from before it was turned on are not "
		    "followed";
		trace.asked = true;
	}
	set(opt);
	return 0;
}

void
alloctrace_alloc(struct thread *t, void *p, size_t size,
    enum alloc_entry entry, const struct stack_origin *from)
{
	if (unlikely(t == NULL))
		lose(LOST_MEMORY);
	else if (GET(tape_alone))
		recorder_alloc_from(t, p, size, (uint8_t)entry, from);
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
	} else if (GET(tape_alone)) {
		recorder_free_from(t, p, entry == ENTRY_FREE ? 0 :
		    (uint8_t)entry, from);
	} else {
		follow_free(t, p, entry, from);
	}
}

void
alloctrace_move_begin(struct thread *t, void *old, struct alloc_moved *m)
{
	(void)t;
	m->stack = 0;
	m->at_ns = 0;
	m->stamp = GET(tape) ? stamp_now() : 0;
	if (!GET(tape_alone))
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
	} else if (GET(tape_alone)) {
		recorder_move(t, old, new_, size, (uint8_t)entry, from,
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
	    .blind = trace.blind != NULL ? trace.blind :
		lost_count() != 0 ? "not every block is followed" : NULL,
	});
}

static bool
tells_leaks(void)
{
	return trace.on && !trace.tape_alone && trace.groups != 0;
}

bool
alloctrace_scans(void)
{
	return tells_leaks() && trace.scan;
}

/* The reader can tell whether a child has said what it owes. */
static bool
tells_of_children(void)
{
	return tells_leaks() && trace.opt.children &&
	    trace.opt.prefix != PREFIX_NEVER && sink_is_childrens();
}

static void
report_nothing(void)
{
	static const char line[] = "leaks: nothing was allocated\n";

	if (tells_of_children())
		sink_put(line, sizeof(line) - 1);
}

void
alloctrace_report(bool final)
{
	struct tracer_sums sums;

	if (!trace.on || trace.tape_alone)
		return;
	offspring_tell();
	tracer_sums(&sums);
	if (trace.groups != 0 && (follow_born() == 0 || trace.asked ||
	    sums.allocs != 0))
		report_leaks(final);
	else if (final)
		report_nothing();
	if (final)
		lost_tell();
	else
		alloctrace_goes_on();
	sink_flush();
}

void
alloctrace_before_exec(void)
{
	static const char line[] = "leaks: another program comes next\n";

	if (tells_leaks() && trace.opt.children)
		sink_put(line, sizeof(line) - 1);
}

void
alloctrace_goes_on(void)
{
	static const char line[] = "leaks: the program goes on\n";

	if (tells_leaks())
		sink_put(line, sizeof(line) - 1);
}

void
alloctrace_child(pid_t pid)
{
	struct hook_scope scope;

	if (!tells_of_children() || !hook_enter(&scope))
		return;
	offspring_begins(pid);
	hook_leave(&scope);
}

void
alloctrace_vfork_exec(pid_t pid)
{
	if (tells_of_children())
		offspring_comes(pid);
}

void
alloctrace_vfork_failed(pid_t pid)
{
	if (tells_of_children())
		offspring_stays(pid);
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
	offspring_after_fork_child();
	follow_after_fork_child();
	trace.asked = false;
}
