/*
 * pools - threads that have their home at one place.
 *
 * Threads with the same start routine whose home is the same condition's mutex,
 * the same semaphore or, for other kinds of waiting, the same place in the code
 * are a pool.  Workers with a queue each have homes of their own, but wait at
 * the same place in the code.  One thread is no pool, unless it is what is left
 * of one.
 *
 * Threads that wait in calls that announce nothing (read, msgrcv, io_uring)
 * have the place where they were seen to sleep, nearest to their start; and so
 * have others with their start routine, which were not seen there yet.
 *
 * Threads that wait nowhere but for locks (workers that spin for work, and are
 * sent to sleep by somebody who keeps a lock) have only their start routine.
 *
 * A start routine of a library runs anything; threads that share no more than
 * such a routine need a name in common, too.
 */
#include "shim/pools/pools.h"

#include <string.h>

#include "shim/sched/pool.h"

/* Who has left its home so often has come back to it. */
enum { KEPT_FOR = 60, COMES_BACK = 32 };

static struct pools_entry entries[INFERRED_POOLS];
uint32_t pools_period;
static unsigned homeless;	/* entries of kind WAIT_RUN there ever were */
static unsigned sleepers;	/* and of WAIT_READ */
static bool used[GATES + 1];

static struct pools_entry *
find_entry(const struct pool_place *place)
{
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		if (entries[i].number != 0 &&
		    pools_place_is_same(&entries[i].place, place))
			return &entries[i];
	}
	return NULL;
}

static bool
some_at_home(uint64_t start)
{
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		const struct pools_entry *e = &entries[i];

		if (e->number != 0 && e->place.start == start &&
		    e->place.kind != WAIT_RUN && pools_period - e->seen <= 1)
			return true;
	}
	return false;
}

/* A thread without a home slept at a lock through the period, or others of its
 * kind did before. */
static bool
place_of_homeless(const struct task *task, struct pool_place *place)
{
	if (pools_name_is_general(place->start))
		return false;
	if (task->wait.kind == WAIT_MUTEX &&
	    task->wait.seq == task->seq_before)
		return !some_at_home(place->start);
	return homeless != 0 && find_entry(place) != NULL;
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

/* All threads that it started, by their names. */
static bool
place_of_interpreted(struct task *task, struct pool_place *place)
{
	place->kind = HOME_UNKNOWN;
	tasks_name(task);
	place->family = pools_name_family(task->name);
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
		const struct pools_entry *e = &entries[i];

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
static uint32_t
home_kind(const struct thread *t)
{
	uint32_t gate = atomic_load(&t->work.gate);

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
	e = find_entry(place);
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
		e = find_entry(&other);
	else if (m->pool != 0)
		e = &entries[m->pool - 1];
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
	place->start = atomic_load(&t->start_routine);
	place->kind = home_kind(t);
	if (place->start == 0)
		return false;
	if (pools_name_is_interpreted(place->start))
		return place_of_interpreted(task, place);
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
static bool
place_of(struct task *task, struct pool_place *place)
{
	struct task *has_turn = pools_turn_of(task);

	if (has_turn != NULL && home_kind(task->thread) == WAIT_RUN &&
	    atomic_load(&has_turn->thread->start_routine) ==
	    atomic_load(&task->thread->start_routine))
		return own_place(has_turn, place);
	return own_place(task, place);
}

/* The same for a worker that has the queue for itself. */
static bool
family_place(struct task *task, struct pool_place *place)
{
	return place->object != 0 && place_of_own(task, place);
}

static struct pools_entry *
make_entry(const struct pool_place *place, struct task *task)
{
	struct pools_entry *e = entries;

	while (e < entries + INFERRED_POOLS && e->number != 0 &&
	    pools_period - e->seen < KEPT_FOR)
		e++;
	if (e == entries + INFERRED_POOLS)
		return NULL;
	memset(e, 0, sizeof(*e));
	e->place = *place;
	e->slept = pools_period;
	e->number = pool_next_number();
	homeless += place->kind == WAIT_RUN;
	sleepers += place->kind == WAIT_READ;
	pools_name(e, task);
	e->guards = place->kind == WAIT_COND && pools_name_guards(
	    atomic_load(&task->thread->work.caller));
	return e;
}

/* Nobody is counted twice: who is at home where is found out once a period,
 * and kept. */
static void
count_thread(struct task *task, void *arg)
{
	struct pools_member *m = pools_member(task->thread);
	struct pool_place place;
	uint64_t busy_since;

	(void)arg;
	if (m == NULL)
		return;
	m->cell = 0;
	if (task->gone)
		return;
	if (pool_of(task->thread, &busy_since) != 0)
		return;
	used[atomic_load(&task->thread->work.gate)] = true;
	if (!place_of(task, &place))
		return;
	m->cell = pools_cell_add(&place, task);
}

/* Threads that are alone at their object are counted again, by the place in
 * the code. */
static void
count_single(struct task *task, void *arg)
{
	struct pools_cell *c = pools_cell_of(task);
	struct pool_place place;

	(void)arg;
	if (c == NULL || c->threads != 1 || c->place.object == 0)
		return;
	place = c->place;
	if (family_place(task, &place))
		pools_cell_add(&place, task);
}

static void
count_all(void)
{
	pools_cells_clear();
	memset(used, 0, sizeof(used));
	tasks_each(count_thread, NULL);
	tasks_each(count_single, NULL);
}

/* The pool that is at the place of @c, if that is one. */
static struct pools_entry *
entry_of_cell(struct pools_cell *c, struct task *task)
{
	struct pools_entry *e;

	if (c->entry != 0)
		return &entries[c->entry - 1];
	if (c->no_entry)
		return NULL;
	e = find_entry(&c->place);
	if (e == NULL && c->threads > 1)
		e = make_entry(&c->place, task);
	if (e != NULL) {
		c->entry = (uint32_t)(e - entries) + 1;
		e->mixed = e->mixed || c->mixed;
	}
	c->no_entry = e == NULL;
	return e;
}

static struct pools_entry *
entry_of(struct task *task)
{
	struct pools_cell *c = pools_cell_of(task);
	struct pools_entry *e;
	struct pool_place place;

	if (c == NULL)
		return NULL;
	e = entry_of_cell(c, task);
	place = c->place;
	if (e != NULL || !family_place(task, &place))
		return e;
	pools_join_place(&place);
	c = pools_cell_at(&place);
	return c != NULL ? entry_of_cell(c, task) : NULL;
}

/* The pool that all others with the thread's start routine belong to. */
static struct pools_entry *
entry_by_start(struct thread *t)
{
	uint64_t start = atomic_load(&t->start_routine), busy_since;
	struct pools_entry *found = NULL;

	if (start == 0 || pool_of(t, &busy_since) != 0 ||
	    pools_name_is_general(start))
		return NULL;
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		struct pools_entry *e = &entries[i];

		if (e->number == 0 || e->place.start != start ||
		    e->seen != pools_period)
			continue;
		if (found != NULL)
			return NULL;
		found = e;
	}
	return found;
}

static void
join(struct pools_entry *e, struct task *task, uint64_t period_ns)
{
	struct pools_member *m = pools_member(task->thread);

	if (m != NULL)
		m->pool = e != NULL ? (uint32_t)(e - entries) + 1 : 0;
	if (e == NULL)
		return;
	if (e->seen != pools_period) {
		pools_view_begin(e);
		e->seen = pools_period;
	}
	pools_view_add(e, task, period_ns);
}

static void
join_at_home(struct task *task, void *arg)
{
	if (!task->gone)
		join(entry_of(task), task, *(uint64_t *)arg);
}

/* Who has not been at home yet began with a task.  Of who is at home elsewhere,
 * and alone there, it may not be known yet that this is the same loop. */
static void
join_by_start(struct task *task, void *arg)
{
	const struct pools_member *m = pools_member(task->thread);
	const struct pools_cell *c = pools_cell_of(task);
	struct pools_entry *e;

	if (task->gone || m == NULL || m->pool != 0)
		return;
	e = entry_by_start(task->thread);
	if (e == NULL)
		return;
	if (home_kind(task->thread) != WAIT_RUN) {
		if (c == NULL || pools_is_of_object(c->place.kind) ||
		    !pools_is_of_object(e->place.kind) ||
		    pools_join_is_decided(&c->place, &e->place))
			return;
		e->guest = true;
	}
	join(e, task, *(uint64_t *)arg);
}

void
pools_infer(uint64_t period_ns, poolview_fn see, void *arg)
{
	static struct poolview view;

	pools_period++;
	pools_gate_begin();
	pools_turn_look();
	pools_join_begin();
	count_all();
	if (pools_cells_join())
		count_all();
	tasks_each(join_at_home, &period_ns);
	tasks_each(join_by_start, &period_ns);
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		struct pools_entry *e = &entries[i];

		if (e->number == 0 || e->seen != pools_period)
			continue;
		pools_view_fill(e, period_ns, &view);
		see(&view, arg);
	}
	gate_sweep(used);
}

unsigned
pools_of(const struct thread *t, uint64_t *busy_ns)
{
	const struct pools_member *m = pools_member(t);

	*busy_ns = 0;
	if (m == NULL || m->pool == 0 ||
	    m->generation != atomic_load(&t->generation) + 1)
		return 0;
	*busy_ns = m->busy_ns;
	return entries[m->pool - 1].number;
}

void
pools_after_fork_child(void)
{
	memset(entries, 0, sizeof(entries));
	pools_member_forget();
	pools_join_forget();
}
