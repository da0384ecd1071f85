/*
 * tracer - what allocation tracing keeps for each thread.
 */
#include "shim/alloc/tracer.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "shim/sched/thread.h"
#include "shim/stack/stack.h"

/* A line of a C++ program takes about 100 bytes; frames that do not fit are
 * counted in the record. */
enum { FRAME_SPACE = 160, HEADER_SPACE = 3 * 1024 };

static _Atomic(struct tracer *) all;
_Atomic unsigned tracer_busy;	/* tracers that have a thread */
static _Atomic unsigned idle;	/* and that have none */
static size_t record_space;
static struct tracer_sums before;	/* tracer_begin_anew()'s */

/* The thread of @t is gone. */
static void
release(struct thread *t)
{
	struct tracer *tr = t->trace_private;

	if (tr == NULL)
		return;
	t->trace_private = NULL;
	tr->label_len = 0;
	atomic_fetch_sub(&tracer_busy, 1);
	atomic_store(&tr->idle, true);
	atomic_fetch_add(&idle, 1);
}

void
tracer_start(unsigned frames)
{
	thread_on_release(release);
	record_space = frames == 0 ? 0 :
	    HEADER_SPACE + (size_t)frames * FRAME_SPACE;
	/* The addresses lie behind it. */
	record_space &= ~(size_t)7;
}

size_t
tracer_record_space(void)
{
	return record_space;
}

/* A tracer whose thread is gone, or NULL. */
static struct tracer *
take_idle(void)
{
	if (atomic_load_explicit(&idle, memory_order_relaxed) == 0)
		return NULL;
	for (struct tracer *tr = atomic_load(&all); tr != NULL; tr = tr->next) {
		bool was = true;

		if (atomic_compare_exchange_strong(&tr->idle, &was, false)) {
			atomic_fetch_sub(&idle, 1);
			return tr;
		}
	}
	return NULL;
}

static struct tracer *
map_new(void)
{
	size_t room = record_space != 0 ? sizeof(struct frames_room) : 0;
	struct tracer *tr = mem_map(sizeof(*tr) + record_space + room);

	if (tr == NULL)
		return NULL;
	if (room != 0)
		tr->room = (void *)(tr->record + record_space);
	tr->next = atomic_load(&all);
	while (!atomic_compare_exchange_weak(&all, &tr->next, tr))
		;
	return tr;
}

struct tracer *
tracer_make(struct thread *t)
{
	struct tracer *tr = take_idle();

	if (tr == NULL)
		tr = map_new();
	if (tr == NULL)
		return NULL;
	atomic_fetch_add(&tracer_busy, 1);
	t->trace_private = tr;
	return tr;
}

void
tracer_label(struct tracer *tr, struct thread *t)
{
	const char *name = thread_own_name(t);
	pid_t tid = atomic_load_explicit(&t->tid, memory_order_relaxed);
	struct buf b = BUF(tr->label);

	if (tr->tid == tid && memcmp(tr->name, name, sizeof(tr->name)) == 0 &&
	    tr->label_len != 0)
		return;
	memcpy(tr->name, name, sizeof(tr->name));
	tr->tid = tid;
	buf_str(&b, " thread ");
	buf_u64(&b, (uint64_t)tid);
	buf_str(&b, " \"");
	buf_clean(&b, tr->name, strnlen(tr->name, sizeof(tr->name)));
	buf_char(&b, '"');
	tr->label_len = (unsigned)b.len;
}

void
tracer_mend(struct thread *t)
{
	struct tracer *tr = t->trace_private;

	if (tr != NULL)
		tr->label_len = 0;
}

static void
add_up(struct tracer_sums *out)
{
	memset(out, 0, sizeof(*out));
	for (struct tracer *tr = atomic_load(&all); tr != NULL; tr = tr->next) {
		out->allocs += atomic_load_explicit(&tr->allocs,
		    memory_order_relaxed);
		out->frees += atomic_load_explicit(&tr->frees,
		    memory_order_relaxed);
		out->unflushed += atomic_load_explicit(&tr->unflushed,
		    memory_order_relaxed);
		out->tracers++;
	}
}

void
tracer_sums(struct tracer_sums *out)
{
	add_up(out);
	out->allocs -= before.allocs;
	out->frees -= before.frees;
}

void
tracer_begin_anew(void)
{
	add_up(&before);
}

void
tracer_after_fork_child(void)
{
	for (struct tracer *tr = atomic_load(&all); tr != NULL; tr = tr->next) {
		atomic_store(&tr->allocs, 0);
		atomic_store(&tr->frees, 0);
		atomic_store(&tr->unflushed, 0);
		tr->label_len = 0; /* the calling thread has a new tid */
	}
	memset(&before, 0, sizeof(before));
}
