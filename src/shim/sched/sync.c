/*
 * sync - homes, and the waits in the kernel.
 *
 * The home is the wait that is nearest to the thread's start routine: a worker
 * waits for its next task in its own loop, and for other things deeper, in the
 * middle of a task.  A wait that is nearer still, or one that is met time and
 * again while the home is not, becomes the new home: it was the wait for the
 * start that was taken for one.  Who has come back home some times, or found
 * back to one that was given up, works on a long task when it does not come.
 */
#include "shim/sched/sync.h"

#include "common/base/relaxed.h"
#include "common/base/ticks.h"
#include "shim/sched/futexlock.h"
#include "shim/sched/pool.h"
#include "shim/sched/sync_cond.h"
#include "shim/sched/sync_sem.h"

enum { MOVES_AFTER = 32, SETTLED_MOVES_AFTER = 4096, STAYS_SETTLE = 3 };
/* Calls from one frame differ by this much of the stack; what is further away
 * than a stack is large is on another one. */
enum { SAME_DEPTH = 512, OTHER_STACK = 8 << 20 };

/* Of shorter times than this one in eight is kept, and counts for eight. */
#define SAMPLED_BELOW_NS 20000
enum { SAMPLED = 8 };

/* Waits for work, as opposed to waits for time, locks or an end. */
static bool
can_be_home(enum wait_kind kind)
{
	const unsigned kinds = 1u << WAIT_COND | 1u << WAIT_SEM |
	    1u << WAIT_EPOLL | 1u << WAIT_POLL | 1u << WAIT_SELECT |
	    1u << WAIT_FUTEX | 1u << WAIT_ACCEPT |
	    1u << WAIT_SIGNAL;

	return (kinds >> kind & 1) != 0;
}

static bool
is_of_object(enum wait_kind kind)
{
	return kind == WAIT_COND || kind == WAIT_SEM;
}

static uint32_t
make_gate(struct thread *t, const struct wait_news *news, uint64_t key)
{
	uint64_t start = thread_kin(t);

	switch (news->kind) {
	case WAIT_COND:
		return sync_cond_gate((uint64_t)(uintptr_t)news->mutex,
		    key, start);
	case WAIT_SEM:
		return sync_sem_gate(key, start);
	default:
		/* The place in the host alone would join what only shares a
		 * library's event loop. */
		return gate_make((key ^ start << 3) & 0x7fffffffffffull,
		    news->kind, start);
	}
}

void
sync_hold(struct thread *t, uint32_t number)
{
	uint32_t other = load32(&t->work.holds);

	if (other == number)
		return;
	if (other != 0)
		sync_give(t, other);
	store32(&t->work.holds, number);
	if (atomic_fetch_add_explicit(&gate_at(number)->holders, 1,
	    memory_order_relaxed) != 0 &&
	    load32(&gate_at(number)->kind) == WAIT_SEM)
		store32(&gate_at(number)->several, 1);
}

bool
sync_give(struct thread *t, uint32_t number)
{
	if (load32(&t->work.holds) != number)
		return false;
	store32(&t->work.holds, 0);
	/* A gate that was dropped meanwhile begins with none. */
	if (load32(&gate_at(number)->holders) != 0)
		atomic_fetch_sub_explicit(&gate_at(number)->holders, 1,
		    memory_order_relaxed);
	return true;
}

static void
move_home(struct thread *t, const struct wait_news *news, uint64_t key,
    uint64_t depth)
{
	struct work *w = &t->work;

	store32(&w->kind, news->kind);
	store(&w->key, key);
	store(&w->caller, (uint64_t)(uintptr_t)news->caller);
	store(&w->depth, depth);
	store32(&w->doing, WORK_NOTHING);
	store32(&w->elsewhere, 0);
	store32(&w->stays, 0);
	store(&w->away, 0);
	store32(&w->gate, make_gate(t, news, key));
}

/* A gate can have been dropped while its worker was away for long. */
static void
see_to_gate(struct thread *t, const struct wait_news *news, uint64_t key)
{
	uint32_t number = load32(&t->work.gate);

	if (likely(number != 0 && gate_is_open(gate_at(number))))
		return;
	store32(&t->work.doing, WORK_NOTHING);
	store32(&t->work.gate, make_gate(t, news, key));
}

/* Where its stack is not known, any place may be on it. */
static bool
is_on_stack(const struct thread *t, uint64_t at)
{
	return t->stack_low == 0 || (at >= t->stack_low && at < t->stack_high);
}

/* The same wait, called from deeper in the stack: in the middle of a task.  On
 * the stacks of coroutines nothing is deeper than anything. */
static bool
is_nested(struct thread *t, uint64_t depth)
{
	struct work *w = &t->work;
	uint64_t home = load(&w->depth);

	if (likely(depth == home) || !is_on_stack(t, depth) ||
	    !is_on_stack(t, home))
		return false;
	if (depth > home && depth - home < OTHER_STACK)
		store(&w->depth, depth);
	return depth < home && home - depth > SAME_DEPTH &&
	    home - depth < OTHER_STACK;
}

/* Waits for what was found to be a lock. */
static bool
is_for_lock(const struct wait_news *news)
{
	uint32_t number = is_of_object(news->kind) &&
	    gate_maybe(news->object) ? gate_find(news->object) : 0;

	return number != 0 && gate_is_lock(gate_at(number));
}

/* What was taken for the home is none. */
static bool
is_at_lock(const struct work *w)
{
	uint32_t number = load32(&w->gate);

	if (unlikely(load32(&w->kind) == WAIT_FUTEX) &&
	    futexlock_is(load(&w->key)))
		return true;
	return number != 0 && gate_is_lock(gate_at(number));
}

/* Back where its home was taken to be.  As long as that may be a lock, what the
 * thread does is no task, and has no end. */
static bool
stays_home(struct work *w)
{
	if (likely(!is_at_lock(w)))
		return true;
	store32(&w->doing, WORK_NOTHING);
	store(&w->away, 0);
	return false;
}

/* Has waited at another place so often that its home is another one. */
static bool
has_moved(const struct work *w, uint32_t elsewhere)
{
	bool settled = load32(&w->settled) != 0 ||
	    load32(&w->stays) >= STAYS_SETTLE;

	return elsewhere >= (settled ? SETTLED_MOVES_AFTER : MOVES_AFTER);
}

/* Remembers the home that is given up for one deeper in the stack; when the
 * thread comes back to it, it was right. */
static void
remember_home(struct work *w, uint64_t key, bool deeper)
{
	if (deeper)
		store(&w->former, load(&w->key));
	else if (load(&w->former) == key)
		store32(&w->settled, 1);
}

/* How near to the start routine a wait is.  A futex may be a lock of the
 * host's own making, around the queue: of two waits in about the same place it
 * is the one further away. */
static uint64_t
nearness(uint32_t kind, uint64_t depth)
{
	return kind == WAIT_FUTEX ? depth - SAME_DEPTH : depth;
}

/* A wait elsewhere than at home that may be one for work.  Of a futex it is not
 * counted as long as it was not asked whether that is a lock. */
static bool
is_stray(const struct wait_news *news)
{
	return is_of_object(news->kind) || (news->kind == WAIT_FUTEX &&
	    futexlock_was_asked((uint64_t)(uintptr_t)news->caller));
}

static bool
is_home(struct thread *t, const struct wait_news *news, uint64_t depth)
{
	struct work *w = &t->work;
	uint64_t key = is_of_object(news->kind) ? news->object :
	    (uint64_t)(uintptr_t)news->caller;
	uint32_t kind = load32(&w->kind);

	if (likely(kind == (uint32_t)news->kind && load(&w->key) == key &&
	    !is_nested(t, depth))) {
		store32(&w->elsewhere, 0);
		see_to_gate(t, news, key);
		return stays_home(w);
	}

	uint32_t elsewhere = load32(&w->elsewhere) + 1;

	store32(&w->elsewhere, elsewhere);

	bool deeper = kind != WAIT_RUN && nearness(news->kind, depth) <=
	    nearness(kind, load(&w->depth)) && !is_at_lock(w);

	if ((deeper && !has_moved(w, elsewhere)) || is_for_lock(news)) {
		if (is_stray(news))
			store32(&w->strays, load32(&w->strays) + 1);
		return false;
	}
	remember_home(w, key, deeper);
	move_home(t, news, key, depth);
	return true;
}

/* What all kinds of homes have in common: how long the thread was away. */
static void
come_home(struct work *w, uint64_t now)
{
	uint64_t left = load(&w->away);

	if (left == 0)
		return;
	if (now > left)
		thread_add(&w->away_ticks, now - left);
	store(&w->away, 0);
	if (load32(&w->given) != 0)
		thread_add(&w->tasks, 1);
}

/* Where threads come home very often, the gate that they share hears of one
 * time in eight: which, the clock's last digits decide, so that no pattern of
 * the host's has a part in it. */
static void
note_run(struct gate *g, uint64_t ticks, unsigned events, uint64_t now)
{
	uint64_t ns = ticks_to_ns(ticks) / events;

	if (ns >= SAMPLED_BELOW_NS)
		histogram_add_shared(&g->run, ns, events);
	else if (now * 0x9e3779b97f4a7c15ull >> 61 == 0)
		histogram_add_shared(&g->run, ns, SAMPLED * events);
}

static void
note_visit(const struct work *w, struct gate *g, uint64_t now)
{
	uint64_t left = load(&w->away);
	unsigned events = load32(&w->given);

	if (left != 0 && now > left && events != 0)
		note_run(g, now - left, events, now);
}

/* A wait that a handler has jumped out of did not take it off again. */
static void
count_idle(struct work *w, uint32_t number, uint64_t now)
{
	uint32_t before = load32(&w->counted);

	if (before != 0)
		gate_idle_less(gate_at(before), now);
	store32(&w->counted, number);
	if (number != 0)
		gate_idle_more(gate_at(number), now);
}

/* The gate of others: a thread that is none of its workers, nor of their kind,
 * may get what is there, too. */
static void
meet_gate(struct thread *t, struct sync_scope *s, const struct wait_news *news)
{
	uint32_t number = gate_find(news->object);

	if (number == 0)
		return;

	struct gate *g = gate_at(number);

	if (news->kind == WAIT_SEM)
		s->gate = number;
	else if (load(&g->condition) == news->object &&
	    load(&g->start) != thread_kin(t))
		store32(&g->outsiders, 1);
}

/* A worker of a pool that we are told about: what its waits would tell is known
 * better, and a gate that nobody made costs nobody anything. */
static bool
is_told(const struct thread *t)
{
	return atomic_load_explicit(&t->lanes, memory_order_relaxed) != NULL &&
	    pool_is_told(t);
}

/* Waits that an interrupted wait's handler begins are nobody's home, and the
 * first thread of a process is no worker. */
void
sync_enter(struct thread *t, struct sync_scope *s,
    const struct wait_news *news, const void *depth)
{
	s->gate = 0;
	s->queue = NULL;
	s->home = s->counts = false;
	s->events = 1;
	if (!can_be_home(news->kind) ||
	    load32(&t->wait.kind) != WAIT_RUN || is_told(t))
		return;
	if (news->kind == WAIT_COND && sync_cond_hold_back(t, news->mutex,
	    (const void *)(uintptr_t)news->object))
		s->queue = news->mutex;
	if (load(&t->start_routine) == 0 ||
	    !is_home(t, news, (uint64_t)(uintptr_t)depth)) {
		if (is_of_object(news->kind) && gate_maybe(news->object))
			meet_gate(t, s, news);
		return;
	}

	uint64_t now = ticks_now();

	s->home = true;
	s->gate = load32(&t->work.gate);
	if (s->gate == 0) {
		come_home(&t->work, now);
		return;
	}

	struct gate *g = gate_at(s->gate);

	s->counts = is_of_object(news->kind);
	if (news->kind == WAIT_COND)
		sync_cond_enter(t, g, now);
	else if (news->kind == WAIT_SEM)
		sync_sem_enter(t, g, now);
	else
		note_visit(&t->work, g, now);
	if (news->kind != WAIT_COND)
		come_home(&t->work, now);
	if (s->counts)
		count_idle(&t->work, s->gate, now);
}

void
sync_leave(struct thread *t, struct sync_scope *s)
{
	if (s->queue != NULL)
		sync_cond_put(t, s->queue);
	if (!s->home)
		return;

	uint64_t now = ticks_now();

	store(&t->work.away, now);
	store32(&t->work.given, s->events);
	thread_add(&t->work.visits, s->events);
	store32(&t->work.stays, load32(&t->work.stays) + 1);
	if (!s->counts)
		return;

	struct gate *g = gate_at(s->gate);

	count_idle(&t->work, 0, now);
	if (load32(&t->work.kind) == WAIT_COND)
		sync_cond_leave(t, g, now, s->events != 0);
}

void
sync_contended(struct thread *t, const void *lock)
{
	if (t == NULL)
		return;
	store(&t->work.lock, (uint64_t)(uintptr_t)lock);
	store(&t->work.lock_ticks, ticks_now());
}

void
sync_after_fork_child(void)
{
	gate_after_fork_child();
	if (tls.thread != NULL)
		work_reset(&tls.thread->work);
}
