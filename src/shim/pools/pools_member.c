/*
 * pools_member - threads, from one look to the next.
 */
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/ticks.h"
#include "shim/pools/pools.h"

#define FIRST_WAIT_NS NS_PER_S

enum { SAME_FUNCTION = 128, SAME_FRAME = 512, OTHER_STACK = 8 << 20 };

static struct pools_member *members;	/* by record index */
static uint32_t room;

static bool
make_room(uint32_t index)
{
	uint32_t n = room != 0 ? room : 512;
	struct pools_member *p;

	while (n <= index)
		n *= 2;
	p = mem_map(n * sizeof(*p));
	if (p == NULL)
		return false;
	if (members != NULL) {
		memcpy(p, members, room * sizeof(*p));
		mem_unmap(members, room * sizeof(*p));
	}
	members = p;
	room = n;
	return true;
}

struct pools_member *
pools_member(const struct thread *t)
{
	if (t->index >= room && !make_room(t->index))
		return NULL;
	return &members[t->index];
}

void
pools_member_forget(void)
{
	if (members != NULL)
		memset(members, 0, room * sizeof(*members));
}

/* The wait that the look met is not the one at home, but the same call, from
 * deeper in the stack. */
static bool
is_nested(const struct task *task)
{
	const struct thread *t = task->thread;

	return atomic_load(&t->work.away) != 0 &&
	    atomic_load(&t->wait.seq) == task->wait.seq;
}

/* Deeper in the stack than calls of one function lie apart from each other. */
bool
pools_member_is_apart(const struct task *task)
{
	const struct thread *t = task->thread;
	uint64_t depth = atomic_load(&t->work.depth);
	uint64_t frame = __atomic_load_n(&t->wait_frame, __ATOMIC_RELAXED);

	if (!pools_is_of_object((uint32_t)task->wait.kind) ||
	    (uint32_t)task->wait.kind != atomic_load(&t->work.kind) ||
	    task->wait.object != atomic_load(&t->work.key) ||
	    atomic_load(&t->wait.seq) != task->wait.seq)
		return false;
	return frame != 0 && frame < depth && depth - frame > SAME_FUNCTION &&
	    depth - frame < OTHER_STACK;
}

bool
pools_member_may_queue(const struct task *task)
{
	const struct thread *t = task->thread;
	uint64_t depth = atomic_load(&t->work.depth);
	uint64_t frame = __atomic_load_n(&t->wait_frame, __ATOMIC_RELAXED);

	return task->wait.kind == WAIT_LOCK &&
	    atomic_load(&t->wait.seq) == task->wait.seq &&
	    (depth == 0 || frame + SAME_FRAME >= depth);
}

bool
pools_member_is_home(const struct task *task)
{
	const struct work *w = &task->thread->work;
	uint32_t kind = atomic_load_explicit(&w->kind, memory_order_relaxed);
	uint64_t key = atomic_load_explicit(&w->key, memory_order_relaxed);

	if (pools_sleep_at(task) != 0)
		return pools_sleep_is_home(task);
	if (kind == WAIT_RUN || (uint32_t)task->wait.kind != kind ||
	    is_nested(task))
		return false;
	if (kind == WAIT_COND || kind == WAIT_SEM)
		return task->wait.object == key;
	return task->wait.caller == key;
}

/* A thread that has no home is idle when it slept through the period, or sleeps
 * at the lock where it has done so before, unless its own kin is at work with
 * that. */
static bool
rests(const struct task *task)
{
	struct pools_member *m = pools_member(task->thread);

	if (m != NULL && m->generation != task->generation + 1)
		m->bed = 0;
	if (task->wait.kind == WAIT_RUN || task->wait.kind == WAIT_SPIN ||
	    pools_turn_is_convoy(task))
		return false;
	if (task->wait.seq != task->seq_before)
		return m != NULL && pools_is_mutex(task->wait.kind) &&
		    m->bed != 0 && m->bed == task->wait.object;
	if (m != NULL && pools_is_mutex(task->wait.kind))
		m->bed = task->wait.object;
	return true;
}

static bool
is_idle(const struct task *task)
{
	if (atomic_load(&task->thread->work.kind) != WAIT_RUN ||
	    pools_sleep_at(task) != 0)
		return pools_member_is_home(task);
	return rests(task);
}

static bool
is_blocked(const struct task *task)
{
	if (task->wait.kind == WAIT_SPIN)
		return false;
	if (task->wait.kind != WAIT_RUN)
		return true;
	return task->fresh && !task->passing &&
	    (task->state == 'S' || task->state == 'D');
}

/* A worker that has not had a task for so long since it began waits for one,
 * not in the middle of the first; and where others are held up elsewhere, they
 * are so in the middle of a task.  Where all are seen to wait at one place
 * alone, that may be a task's. */
static bool
is_proven(const struct task *task)
{
	const struct work *w = &task->thread->work;

	if (atomic_load(&w->kind) == WAIT_RUN)
		return false;
	if (pools_member_is_home(task))
		return atomic_load(&w->stays) == 0 && !pools_began_late() &&
		    task->wait.seq == task->seq_before &&
		    clock_ns() >= task->wait.since_ns + FIRST_WAIT_NS;
	return !wait_kind_is_lock(task->wait.kind) && is_blocked(task);
}

/* Since when the thread is at its task; not before it was last at home. */
static uint64_t
task_ns(const struct work *w, uint64_t now)
{
	uint64_t since = atomic_load_explicit(&w->away, memory_order_relaxed);

	if (atomic_load_explicit(&w->doing, memory_order_relaxed) == WORK_TASK)
		since = MAX(since, atomic_load_explicit(&w->since,
		    memory_order_relaxed));
	return since != 0 && now > since ? ticks_to_ns(now - since) : 0;
}

void
pools_member_look(const struct task *task, const struct pool_place *joined,
    uint64_t period_ns, struct pools_doing *out)
{
	struct thread *t = task->thread;
	struct work *w = &t->work;
	struct pools_member *m = pools_member(t);
	uint64_t now = ticks_now();
	uint64_t away = atomic_load_explicit(&w->away, memory_order_relaxed);
	uint64_t sum = atomic_load_explicit(&w->away_ticks,
	    memory_order_relaxed);
	uint64_t visits = atomic_load_explicit(&w->visits,
	    memory_order_relaxed);

	if (away != 0 && now > away)
		sum += now - away;
	memset(out, 0, sizeof(*out));
	out->turn = pools_turn_of(task) != NULL;
	out->idle = out->turn || (joined == NULL ? is_idle(task) :
	    (is_idle(task) && !pools_join_asks(task, joined)) ||
	    pools_join_waits(task, joined));
	out->proven = is_proven(task);
	out->blocked = !out->idle && is_blocked(task);
	out->unread = !out->idle && !task->fresh;
	if (pools_sleep_at(task) != 0)
		pools_sleep_look(task, out);
	else
		out->returns = atomic_load(&w->stays) != 0;
	out->task_ns = out->idle ? 0 : task_ns(w, now);
	out->is_new = m == NULL || m->generation != task->generation + 1 ||
	    m->period + 1 != pools_period;
	if (!out->is_new) {
		out->visits = visits - m->visits;
		out->away_ns = MIN(ticks_to_ns(sum - MIN(sum, m->away_ticks)),
		    period_ns);
	}
	if (m == NULL)
		return;
	m->generation = task->generation + 1;
	m->period = pools_period;
	m->away_ticks = sum;
	m->visits = visits;
	m->busy_ns = out->idle ? 0 : MAX(out->task_ns, 1);
}
