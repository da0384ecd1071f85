/*
 * recorder - the hot half: an event into the thread's chunk; and what comes
 * before it when the chunk is full or the stack is new.
 */
#include "shim/alloc/recorder.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/mem.h"
#include "common/base/stamp.h"
#include "common/base/sys.h"
#include "common/tape/putevent.h"
#include "shim/alloc/tapechunk.h"
#include "shim/alloc/tapefile.h"
#include "shim/alloc/tapemodule.h"
#include "shim/sched/thread.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"
#include "shim/stack/stackset.h"

enum {
	MODULES_MARKED = 1 << 16,
	TAPES_MARKED = 16,
	WORD_BITS = 64,
	MODULE_SHIFT = 48,		/* in stackset_node.where */
};

static const uint64_t PC_MASK = ((uint64_t)1 << MODULE_SHIFT) - 1;

/* In a page that the kernel wipes in every child: 0 is off. */
struct recorder_switch {
	_Atomic uint32_t tape;		/* number of the tape; 0 off */
};

/* What is on a tape: a bit per node, a bit per module. */
struct marks {
	_Atomic uint64_t node[TAPE_NODES_MAX / WORD_BITS];
	_Atomic uint64_t module[MODULES_MARKED / WORD_BITS];
};

static struct recorder_switch *on;
/* Of the last tapes: a thread that is still at one before may mark there what
 * it writes there. */
static struct marks *marks_of[TAPES_MARKED];
static _Atomic uint64_t threads;
static uint32_t tapes;
static struct options asked;		/* for the tapes of forked children */
/* What is kept of a free's stack. */
static _Atomic enum { FREE_NOTHING, FREE_CALL, FREE_STACK } frees;

void
recorder_lose(uint64_t n)
{
	struct tape_header *h = tapefile_header();

	if (h != NULL && recorder_is_on())
		__atomic_fetch_add(&h->lost, n, __ATOMIC_RELAXED);
}

void
recorder_mend(struct thread *t)
{
	if (t->recorder != NULL)
		tapechunk_leave(t->recorder);
}

/* The thread's recorder, begun anew when the record or the tape changed. */
COLD static struct recorder *
begin(struct thread *t, uint32_t tape)
{
	struct recorder *r = t->recorder;

	if (r == NULL) {
		r = mem_forever(sizeof(*r));
		if (r == NULL)
			return NULL;
		t->recorder = r;
	}
	/* A thread that is gone writes no more.  A chunk of a parent's tape was
	 * unmapped with all of its mappings or is the child's copy: in both
	 * cases it is given back. */
	if (r->tape == tape)
		tapechunk_seal(r);
	tapechunk_leave(r);
	*r = (struct recorder){
	    .tape = tape,
	    .generation = atomic_load_explicit(&t->generation,
	    memory_order_relaxed),
	    .next_size = TAPE_UNIT,
	    .thread = atomic_fetch_add(&threads, 1) + 1,
	    .marks = marks_of[tape % TAPES_MARKED],
	};
	return r;
}

static ALWAYS_INLINE bool
has_room(const struct recorder *r, size_t n)
{
	return (size_t)(r->end - r->at) >= n;
}

static ALWAYS_INLINE bool
is_marked(const _Atomic uint64_t *marks, uint32_t id)
{
	return (atomic_load_explicit(&marks[id / WORD_BITS],
	    memory_order_relaxed) >> (id % WORD_BITS) & 1) != 0;
}

static void
mark(_Atomic uint64_t *marks, uint32_t id)
{
	atomic_fetch_or_explicit(&marks[id / WORD_BITS],
	    (uint64_t)1 << (id % WORD_BITS), memory_order_relaxed);
}

/* Writes the module once; a race writes it twice, which does no harm. */
COLD static void
put_module(struct thread *t, struct recorder *r, uint32_t number)
{
	struct tape_module m;

	if (number == 0 || is_marked(r->marks->module, number) ||
	    !tapemodule_describe(number, &m))
		return;
	if (!has_room(r, tape_module_size(&m))) {
		r->next_size = MAX(r->next_size, (size_t)TAPE_UNIT * 2);
		if (!tapechunk_next(t, r))
			return;
	}
	r->at += tape_put_module(r->at, &m);
	mark(r->marks->module, number);
}

static bool
put_node(struct thread *t, struct recorder *r, uint32_t id,
    const struct stackset_node *n)
{
	bool cut = n->parent == STACKSET_CUT;

	put_module(t, r, (uint32_t)(n->where >> MODULE_SHIFT));
	if (!has_room(r, TAPE_RECORD_MAX) && !tapechunk_next(t, r))
		return false;
	r->at += tape_put_node(r->at, &(struct tape_node){
	    .id = id,
	    .parent = cut ? 0 : n->parent,
	    .pc = n->where & PC_MASK,
	    .flags = cut ? TAPE_NODE_CUT : 0,
	    .module = (uint32_t)(n->where >> MODULE_SHIFT),
	});
	return true;
}

/* Writes the nodes of stack @id that are not on the tape, then marks them:
 * in this order, so that a node is never thought to be there too early. */
COLD static bool
put_stack(struct thread *t, struct recorder *r, uint32_t id)
{
	uint32_t at = id;

	if (id >= TAPE_NODES_MAX)
		return false;
	while (at >= STACKSET_FIRST && !is_marked(r->marks->node, at)) {
		const struct stackset_node *n = stackset_node(at);

		if (!put_node(t, r, at, n))
			return false;
		at = n->parent;
	}
	for (at = id; at >= STACKSET_FIRST && !is_marked(r->marks->node, at);
	    at = stackset_node(at)->parent)
		mark(r->marks->node, at);
	return true;
}

/* True when the chunk has the event's stack: it is the last one of its kind, or
 * there is none. */
static ALWAYS_INLINE bool
is_last(const struct recorder *r, const struct tape_event *e)
{
	return e->stack == r->ctx.stack[e->kind == TAPE_FREE] || e->stack == 0;
}

IN_HOOK static ALWAYS_INLINE void
put(struct thread *t, const struct tape_event *e)
{
	uint32_t tape = atomic_load_explicit(&on->tape, memory_order_relaxed);
	struct recorder *r = t->recorder;

	if (unlikely(tape == 0))
		return;
	if (unlikely(r == NULL || r->tape != tape || r->generation !=
	    atomic_load_explicit(&t->generation, memory_order_relaxed)))
		r = begin(t, tape);
	if (unlikely(r == NULL || (!has_room(r, TAPE_RECORD_MAX) &&
	    !tapechunk_next(t, r)))) {
		recorder_lose(1);
		return;
	}
	if (!is_last(r, e) && unlikely(e->stack >= TAPE_NODES_MAX ||
	    !is_marked(r->marks->node, e->stack))) {
		if (!put_stack(t, r, e->stack) ||
		    (!has_room(r, TAPE_RECORD_MAX) && !tapechunk_next(t, r))) {
			recorder_lose(1);
			return;
		}
	}
	r->at += putevent(r->at, &r->ctx, e);
}

void
recorder_alloc(struct thread *t, const void *p, size_t size, uint8_t entry,
    uint32_t stack, uint64_t stamp)
{
	put(t, &(struct tape_event){
	    .kind = TAPE_ALLOC,
	    .stamp = stamp,
	    .addr = (uintptr_t)p,
	    .size = size,
	    .stack = stack,
	    .entry = entry,
	});
}

void
recorder_free(struct thread *t, const void *p, uint8_t entry, uint32_t stack,
    uint64_t stamp)
{
	put(t, &(struct tape_event){
	    .kind = TAPE_FREE,
	    .stamp = stamp,
	    .addr = (uintptr_t)p,
	    .stack = stack,
	    .entry = entry,
	});
}

uint32_t
recorder_free_stack(struct thread *t, const struct stack_origin *from)
{
	switch (atomic_load_explicit(&frees, memory_order_relaxed)) {
	case FREE_CALL:
		return stack_capture_call(thread_stack_cache(t), from);
	case FREE_STACK:
		return stack_capture_at(thread_stack_cache(t), from);
	default:
		return STACK_NONE;
	}
}

/* The stamp is read first: that takes long, and the walk need not wait for it.
 */
void
recorder_alloc_from(struct thread *t, const void *p, size_t size,
    uint8_t entry, const struct stack_origin *from)
{
	uint64_t stamp = stamp_now();

	put(t, &(struct tape_event){
	    .kind = TAPE_ALLOC,
	    .stamp = stamp,
	    .addr = (uintptr_t)p,
	    .size = size,
	    .stack = stack_capture_at(thread_stack_cache(t), from),
	    .entry = entry,
	});
}

void
recorder_free_from(struct thread *t, const void *p, uint8_t entry,
    const struct stack_origin *from)
{
	uint64_t stamp = stamp_now();

	put(t, &(struct tape_event){
	    .kind = TAPE_FREE,
	    .stamp = stamp,
	    .addr = (uintptr_t)p,
	    .stack = recorder_free_stack(t, from),
	    .entry = entry,
	});
}

void
recorder_move(struct thread *t, const void *old, const void *new_, size_t size,
    uint8_t entry, const struct stack_origin *from, uint32_t stack,
    uint64_t stamp)
{
	if (old != NULL)
		recorder_free(t, old, entry, recorder_free_stack(t, from),
		    likely(stamp != 0) ? stamp : stamp_now());
	if (new_ != NULL)
		recorder_alloc(t, new_, size, entry, stack, stamp_now());
}

static void
fill_header(struct tape_header *h, pid_t parent)
{
	struct stamp_pair now = stamp_pair();
	const char *path = tapemodule_program();
	const char *base = strrchr(path, '/');

	h->version = TAPE_VERSION;
	h->unit = TAPE_UNIT;
	h->stamp_shift = TAPE_STAMP_SHIFT;
	h->addr_shift = TAPE_ADDR_SHIFT;
	h->flags = stamp_is_tsc ? 0 : TAPE_STAMP_IS_NS;
	if (asked.tapefrees == FREE_CALL)
		h->flags |= TAPE_FREE_CALLS;
	if (asked.tapefrees == FREE_STACK)
		h->flags |= TAPE_FREE_STACKS;
	h->pid = sys_getpid();
	h->parent_pid = (uint32_t)parent;
	h->start_ns = clock_start_ns();
	h->start_wall_ns = clock_wall_ns() - (now.ns - h->start_ns);
	h->first_stamp = now.stamp;
	h->first_ns = now.ns;
	h->depth = asked.depth;
	h->sample = asked.sample;
	h->minsize = asked.minsize;
	h->maxsize = asked.maxsize;
	h->end = TAPE_UNIT;
	strncpy(h->program, base == NULL ? path : base + 1,
	    sizeof(h->program) - 1);
	strncpy(h->path, path, sizeof(h->path) - 1);
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(h->magic, TAPE_MAGIC, sizeof(h->magic));
	h->sum = tape_header_sum(h);
}

/* The path with % expanded; the pid is added where a child would collide with
 * its parent. */
static void
expand(struct buf *b, pid_t parent)
{
	const char *program = tapemodule_program();
	const char *base = strrchr(program, '/');

	options_expand_path(b, asked.tape, sys_getpid(),
	    base == NULL ? program : base + 1, (clock_wall_ns() -
	    clock_since_start_ns()) / NS_PER_S);
	if (parent != 0 && strstr(asked.tape, "%p") == NULL)
		buf_printf(b, ".%d", sys_getpid());
}

static void
forget_marks(uint32_t tape)
{
	struct marks *old = marks_of[tape % TAPES_MARKED];

	if (old != NULL)
		sys_madvise(old, sizeof(*old), MADV_DONTNEED);
}

/* Nothing is marked as being on the tape with that number. */
static int
clear_marks(uint32_t tape)
{
	struct marks **to = &marks_of[tape % TAPES_MARKED];

	forget_marks(tape);
	if (*to == NULL)
		*to = mem_reserve(sizeof(**to));
	return *to == NULL ? -ENOMEM : 0;
}

static int
open_tape(pid_t parent)
{
	char path[TAPE_PATH_MAX];
	struct buf b = BUF(path);
	int err;

	expand(&b, parent);
	if (b.cut || b.len == b.cap)
		return -ENAMETOOLONG;
	err = clear_marks(tapes + 1);
	if (err == 0)
		err = tapefile_open(buf_cstr(&b), asked.tapemax);
	if (err != 0)
		return err;
	fill_header(tapefile_header(), parent);
	/* With %p only this process's earlier programs can be in the way. */
	if (strcmp(path, tapefile_path()) != 0 &&
	    strstr(asked.tape, "%p") == NULL)
		sink_notice("tape.exists", "tape=%s exists: recording to %s",
		    path, tapefile_path());
	tapefile_begin(++tapes);
	atomic_store(&on->tape, tapes);
	return 0;
}

int
recorder_prepare(const struct options *opt)
{
	asked = *opt;
	atomic_store(&frees, asked.tapefrees);
	tapemodule_init();
	stamp_init();
	if (on == NULL)
		on = mem_map(TAPE_UNIT);
	if (on == NULL)
		return -ENOMEM;
	sys_madvise(on, TAPE_UNIT, MADV_WIPEONFORK);
	return 0;
}

int
recorder_start(const struct options *opt)
{
	int err = recorder_prepare(opt);

	return err != 0 ? err : open_tape(0);
}

bool
recorder_is_on(void)
{
	return on != NULL && atomic_load(&on->tape) != 0;
}

void
recorder_poll(void)
{
	struct tape_header *h = tapefile_header();

	if (h == NULL || h->state == TAPE_RUNNING || h->state == TAPE_ENDED ||
	    h->state == TAPE_EXEC)
		return;
	if (h->state == TAPE_STOPPED_USER)
		return;
	sink_notice("tape.stopped", "tape=%s: recording stopped after %llu MB: "
	    "%s; %llu events not recorded so far", tapefile_path(),
	    (unsigned long long)(h->end >> 20), h->state ==
	    TAPE_STOPPED_LIMIT ? "the limit is reached" : err_name(h->error),
	    (unsigned long long)h->lost);
}

/* What the calling thread has of the tape that is, or was last, written to.
 * Other threads may be at theirs. */
static struct recorder *
own_recorder(void)
{
	struct thread *t = tls.thread;

	return t != NULL && t->recorder != NULL && t->recorder->tape == tapes ?
	    t->recorder : NULL;
}

void
recorder_end(enum tape_state state)
{
	if (on == NULL || atomic_exchange(&on->tape, 0) == 0)
		return;
	tapechunk_seal(own_recorder());
	recorder_poll();
	tapefile_end(state);
}

void
recorder_resume(void)
{
	struct tape_header *h = tapefile_header();

	if (h == NULL || h->state != TAPE_EXEC)
		return;
	tapechunk_unseal(own_recorder());
	h->state = TAPE_RUNNING;
	h->sum = tape_header_sum(h);
	atomic_store(&on->tape, tapes);
}

void
recorder_after_fork_child(void)
{
	struct tape_header *h = tapefile_header();
	bool was_on;
	pid_t parent;
	int err;

	if (h == NULL)
		return;
	parent = h->pid;
	was_on = h->state != TAPE_STOPPED_USER;
	tapefile_forget();
	forget_marks(tapes);
	if (!was_on)
		return;
	err = open_tape(parent);
	if (err != 0)
		sink_notice("tape.child", "tape=%s: off in this child: %s",
		    asked.tape, err_name(-err));
}
