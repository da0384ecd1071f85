/*
 * pools_place - where a thread has its home.
 */
#include <string.h>

#include "shim/pools/pools.h"
#include "shim/sched/futexlock.h"

/* Who has left its home so often has come back to it. */
enum { COMES_BACK = 32 };

static unsigned homeless;	/* places of kind WAIT_RUN there ever were */
static unsigned sleepers;	/* and of WAIT_READ */

void
pools_place_is_new(const struct pool_place *place)
{
	homeless += place->kind == WAIT_RUN;
	sleepers += place->kind == WAIT_READ;
}

static bool
some_at_home(uint64_t start)
{
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		const struct pools_entry *e = &pools_entries[i];

		if (e->number != 0 && e->place.start == start &&
		    e->place.kind != WAIT_RUN && pools_period - e->seen <= 1)
			return true;
	}
	return false;
}

/* Of threads that share a start routine which says nothing, those that hold
 * each other up with one lock have that in common. */
static bool
place_of_convoy(const struct task *task, struct pool_place *place)
{
	struct pools_member *m = pools_member(task->thread);

	if (m == NULL)
		return false;
	if (m->generation != task->generation + 1 ||
	    !pools_turn_goes_on(m->convoy, place->start))
		m->convoy = 0;
	if (pools_turn_is_convoy(task))
		m->convoy = task->wait.object;
	place->object = m->convoy;
	return place->object != 0;
}

/* A thread without a home slept at a lock through the period, or waits for one
 * that its kin has; or others of its kind did before. */
static bool
place_of_homeless(const struct task *task, struct pool_place *place)
{
	if (pools_name_is_general(place->start))
		return place_of_convoy(task, place);
	if (pools_turn_is_convoy(task) || (pools_is_mutex(task->wait.kind) &&
	    task->wait.seq == task->seq_before))
		return !some_at_home(place->start);
	return homeless != 0 && pools_find_entry(place) != NULL;
}

/* What a general start routine leaves open, the threads' names tell. */
static bool
add_family(struct task *task, struct pool_place *place)
{
	if (pools_name_is_general(place->start)) {
		tasks_name(task);
		place->family = pools_name_family(task->name);
	}
	return true;
}

/* Another thread with that start routine sleeps for work, as far as is known;
 * who was thought to and waits nearer to its start since does not. */
static bool
place_of_sleepers(struct pool_place *place)
{
	if (sleepers == 0 || pools_name_is_general(place->start))
		return false;
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		const struct pools_entry *e = &pools_entries[i];

		if (e->number == 0 || e->place.kind != WAIT_READ ||
		    e->place.start != place->start ||
		    pools_period - e->slept > 1)
			continue;
		*place = e->place;
		return true;
	}
	return false;
}

/* The kind of its home; WAIT_RUN when it has none. */
uint32_t
pools_place_kind(const struct thread *t)
{
	uint32_t gate = atomic_load(&t->work.gate);

	if (atomic_load(&t->work.kind) == WAIT_FUTEX &&
	    futexlock_is(atomic_load(&t->work.key)))
		return WAIT_RUN;
	if (gate != 0 && gate_is_lock(gate_at(gate)) &&
	    !gate_is_unclear(gate_at(gate)))
		return WAIT_RUN;
	return atomic_load(&t->work.kind);
}

/* Where it sleeps for work, as far as is known: others in the same loop may
 * have been seen to do so nearer to their start. */
static bool
place_of_sleeper(struct task *task, struct pool_place *place)
{
	struct pools_entry *e;
	struct pool_place joined;
	bool inner;

	place->kind = WAIT_READ;
	add_family(task, place);
	e = pools_find_entry(place);
	if (e != NULL)
		e->slept = pools_period;
	joined = *place;
	inner = pools_join_place(&joined) && joined.kind == WAIT_READ;
	pools_sleep_is_inner(task, inner);
	return true;
}

/* How deep in the thread's stack its home is; on that of a coroutine, no matter
 * how. */
static uint32_t
depth_of(const struct thread *t)
{
	uint64_t at = atomic_load(&t->work.depth);

	return at < t->stack_high && at >= t->stack_low ?
	    (uint32_t)(t->stack_high - at) : 0;
}

/* The place of a thread that waits at home for an object of its own.  The call
 * may be one for all (in a function around it), and so may the start routine:
 * threads in one loop wait as deep in their stacks as each other.  Where the
 * start routine does not tell the threads apart, nor does the call, their name
 * must. */
static bool
place_of_own(struct task *task, struct pool_place *place)
{
	const struct thread *t = task->thread;
	uint64_t caller = atomic_load(&t->work.caller);

	place->object = 0;
	if (pools_name_is_general(place->start)) {
		tasks_name(task);
		place->family = pools_name_family(task->name);
		if (pools_name_tells(task->name))
			return true;
		if (pools_name_is_library(caller))
			return false;
	}
	place->caller = caller;
	place->family = depth_of(t);
	return true;
}

/* It was where its home was taken to be a few times, as at its start, and not
 * since the last look; it waits, or did so then, where others that have its
 * start routine come back to: a loop that has not had anything to do yet. */
static bool
place_of_others(struct task *task, struct pool_place *place)
{
	const struct pools_member *m = pools_member(task->thread);
	const struct work *w = &task->thread->work;
	struct pool_place other = *place;
	struct pools_entry *e = NULL;

	if (m == NULL || place->kind == WAIT_RUN ||
	    m->generation != task->generation + 1 ||
	    atomic_load(&w->away) == 0 ||
	    atomic_load(&w->visits) != m->visits ||
	    atomic_load(&w->settled) != 0 ||
	    atomic_load(&w->stays) >= COMES_BACK)
		return false;
	other.kind = task->wait.kind;
	other.caller = task->wait.caller;
	if (pools_is_call(other.kind) && add_family(task, &other))
		e = pools_find_entry(&other);
	else if (m->pool != 0)
		e = &pools_entries[m->pool - 1];
	if (e == NULL || !e->returns || pools_period - e->seen > 1 ||
	    e->place.start != place->start || !pools_is_call(e->place.kind))
		return false;
	*place = e->place;
	return true;
}

/* Where the thread is at home; false when that is nowhere. */
static bool
own_place(struct task *task, struct pool_place *place)
{
	struct thread *t = task->thread;
	const struct work *w = &t->work;
	uint32_t gate = atomic_load(&w->gate);

	memset(place, 0, sizeof(*place));
	place->start = thread_kin(t);
	place->kind = pools_place_kind(t);
	if (place->start == 0)
		return false;
	if (pools_name_is_interpreted(place->start)) {
		place->kind = HOME_UNKNOWN;
		tasks_name(task);
		place->family = pools_name_family(task->name);
		return true;
	}
	place->caller = pools_sleep_at(task);
	if (place->caller != 0)
		return place_of_sleeper(task, place);
	if (place_of_sleepers(place) || place_of_others(task, place))
		return true;
	if (place->kind == WAIT_RUN)
		return place_of_homeless(task, place);
	if (gate != 0 && pools_is_of_object(place->kind)) {
		place->object = atomic_load(&gate_at(gate)->object);
		return true;
	}
	if (pools_is_of_object(place->kind) && place_of_own(task, place))
		return true;
	place->caller = atomic_load(&w->caller);
	return add_family(task, place);
}

/* Who has not had its turn yet has its home where the one is whose turn it
 * is. */
bool
pools_place_of(struct task *task, struct pool_place *place)
{
	struct task *has_turn = pools_turn_of(task);

	if (has_turn != NULL && pools_place_kind(task->thread) == WAIT_RUN &&
	    thread_kin(has_turn->thread) == thread_kin(task->thread))
		return own_place(has_turn, place);
	return own_place(task, place);
}

/* The same for a worker that has the queue for itself. */
bool
pools_place_of_family(struct task *task, struct pool_place *place)
{
	return place->object != 0 && place->kind != WAIT_RUN &&
	    place_of_own(task, place);
}
