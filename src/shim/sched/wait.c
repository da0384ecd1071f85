/*
 * wait - a sequence lock of five words in the thread's record.
 *
 * The owner is the only writer, and its signal handlers run on top of it.  A
 * handler that finds the words odd has interrupted its own thread in the middle
 * of a change: it announces nothing, because what it wrote would be mixed with
 * what the interrupted writer still has to write.  Unless that one is gone: the
 * frame of the wait that was last announced tells whether a handler has jumped
 * out of it.
 */
#include "shim/sched/wait.h"

#include "common/base/clock.h"
#include "shim/sched/futexlock.h"
#include "shim/sched/thread.h"

static const char *const names[WAIT_KINDS] = {
	[WAIT_RUN] = "run", [WAIT_COND] = "cond", [WAIT_MUTEX] = "mutex",
	[WAIT_RWLOCK] = "rwlock", [WAIT_SEM] = "sem",
	[WAIT_BARRIER] = "barrier", [WAIT_JOIN] = "join",
	[WAIT_SLEEP] = "sleep", [WAIT_POLL] = "poll", [WAIT_EPOLL] = "epoll",
	[WAIT_SELECT] = "select", [WAIT_FUTEX] = "futex",
	[WAIT_READ] = "read", [WAIT_ACCEPT] = "accept",
	[WAIT_CHILD] = "child", [WAIT_SIGNAL] = "signal",
	[WAIT_SPIN] = "spin", [WAIT_LOCK] = "lock",
};

const char *
wait_kind_name(enum wait_kind kind)
{
	return (unsigned)kind < WAIT_KINDS ? names[kind] : "run";
}

bool
wait_kind_is_lock(enum wait_kind kind)
{
	return kind == WAIT_MUTEX || kind == WAIT_RWLOCK || kind == WAIT_LOCK;
}

static void
begin_change(struct wait *w, uint32_t seq)
{
	atomic_store_explicit(&w->seq, seq + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

static void
end_change(struct wait *w, uint32_t seq)
{
	atomic_store_explicit(&w->seq, seq + 2, memory_order_release);
}

static void
store(struct wait *w, const struct wait_copy *c)
{
	atomic_store_explicit(&w->object, c->object, memory_order_relaxed);
	atomic_store_explicit(&w->since_ns, c->since_ns, memory_order_relaxed);
	atomic_store_explicit(&w->caller, c->caller, memory_order_relaxed);
	atomic_store_explicit(&w->holder, c->holder, memory_order_relaxed);
	atomic_store_explicit(&w->kind, c->kind, memory_order_relaxed);
}

static void
load(const struct wait *w, struct wait_copy *c)
{
	c->kind = (enum wait_kind)atomic_load_explicit(&w->kind,
	    memory_order_relaxed);
	c->object = atomic_load_explicit(&w->object, memory_order_relaxed);
	c->since_ns = atomic_load_explicit(&w->since_ns, memory_order_relaxed);
	c->caller = atomic_load_explicit(&w->caller, memory_order_relaxed);
	c->holder = atomic_load_explicit(&w->holder, memory_order_relaxed);
}

/* The wait that @outer would interrupt was left by a jump, in the middle of a
 * change or of itself. */
static COLD void
mend(struct thread *t, const struct wait_copy *outer)
{
	struct wait *w = &t->wait;
	uint32_t seq = atomic_load_explicit(&w->seq, memory_order_relaxed);

	if (t->wait_frame == 0 || !state_is_left(t->wait_frame,
	    (uintptr_t)outer))
		return;
	begin_change(w, seq - (seq & 1));
	atomic_store_explicit(&w->kind, WAIT_RUN, memory_order_relaxed);
	end_change(w, seq - (seq & 1));
	t->wait_frame = 0;
}

static bool
is_in_wait(const struct wait *w)
{
	return (atomic_load_explicit(&w->seq, memory_order_relaxed) & 1) != 0 ||
	    atomic_load_explicit(&w->kind, memory_order_relaxed) != WAIT_RUN;
}

void
wait_enter(struct thread *t, const struct wait_news *news,
    struct wait_copy *outer)
{
	struct wait *w = &t->wait;
	struct wait_copy mine = {
		.kind = news->kind,
		.object = news->object,
		.caller = (uint64_t)(uintptr_t)news->caller,
		.holder = news->holder,
	};

	outer->alive = (uintptr_t)outer;
	if (unlikely(is_in_wait(w)))
		mend(t, outer);

	uint32_t seq = atomic_load_explicit(&w->seq, memory_order_relaxed);

	outer->seq = seq & 1;
	if (unlikely(outer->seq != 0))
		return;
	mine.since_ns = clock_ns();
	outer->frame = t->wait_frame;
	t->wait_frame = (uintptr_t)outer;
	atomic_signal_fence(memory_order_seq_cst);
	outer->kind = (enum wait_kind)atomic_load_explicit(&w->kind,
	    memory_order_relaxed);
	if (unlikely(outer->kind != WAIT_RUN))
		load(w, outer);
	begin_change(w, seq);
	store(w, &mine);
	end_change(w, seq);
}

/* That the futex is a lock may have been found out since the wait began. */
static enum wait_kind
as_known_now(enum wait_kind kind, uint64_t caller)
{
	return unlikely(kind == WAIT_FUTEX) && futexlock_is(caller) ?
	    WAIT_LOCK : kind;
}

/* What the wait that ends has cost, when it was for a lock. */
static uint64_t
time_waited(const struct wait *w)
{
	enum wait_kind kind = (enum wait_kind)atomic_load_explicit(&w->kind,
	    memory_order_relaxed);

	if (!wait_kind_is_lock(as_known_now(kind, atomic_load_explicit(
	    &w->caller, memory_order_relaxed))))
		return 0;
	return clock_ns() - atomic_load_explicit(&w->since_ns,
	    memory_order_relaxed);
}

void
wait_leave(struct thread *t, const struct wait_copy *outer)
{
	struct wait *w = &t->wait;
	uint32_t seq = atomic_load_explicit(&w->seq, memory_order_relaxed);

	if (unlikely((outer->seq | (seq & 1)) != 0))
		return; /* was never announced */

	uint64_t waited = time_waited(w);

	/* Inside the change, so that no reader counts this wait twice: once
	 * as closed and once as still open. */
	begin_change(w, seq);
	thread_add(&t->lockwait_ns, waited);
	thread_add(&t->waits, 1);
	if (unlikely(outer->kind != WAIT_RUN))
		store(w, outer);
	else
		atomic_store_explicit(&w->kind, WAIT_RUN,
		    memory_order_relaxed);
	end_change(w, seq);
	t->wait_frame = outer->frame;
}

bool
wait_read(const struct thread *t, struct wait_copy *out)
{
	const struct wait *w = &t->wait;

	for (int tries = 0; tries < 64; tries++) {
		uint32_t seq = atomic_load_explicit(&w->seq,
		    memory_order_acquire);

		if (seq & 1)
			continue;
		load(w, out);
		out->lockwait_ns = atomic_load_explicit(&t->lockwait_ns,
		    memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
		out->seq = seq;
		if (atomic_load_explicit(&w->seq,
		    memory_order_relaxed) != seq)
			continue;
		out->kind = as_known_now(out->kind, out->caller);
		return true;
	}
	return false;
}
