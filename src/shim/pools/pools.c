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
 * sent to sleep by somebody who keeps a lock; or that hold each other up) have
 * only their start routine.
 *
 * A start routine of a library runs anything; threads that share no more than
 * such a routine need a name in common, too.
 */
#include "shim/pools/pools.h"

#include <string.h>

#include "shim/sched/futexlock.h"
#include "shim/sched/pool.h"

enum { KEPT_FOR = 60 };

struct pools_entry pools_entries[INFERRED_POOLS];
uint32_t pools_period;
static bool used[GATES + 1];
/* The kin of those that have their home at the gate, and whether others do. */
static uint64_t gate_kin[GATES + 1];
static bool gate_mixed[GATES + 1];

struct pools_entry *
pools_find_entry(const struct pool_place *place)
{
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		if (pools_entries[i].number != 0 &&
		    pools_place_is_same(&pools_entries[i].place, place))
			return &pools_entries[i];
	}
	return NULL;
}

static struct pools_entry *
make_entry(const struct pool_place *place, struct task *task)
{
	struct pools_entry *e = pools_entries;

	while (e < pools_entries + INFERRED_POOLS && e->number != 0 &&
	    pools_period - e->seen < KEPT_FOR)
		e++;
	if (e == pools_entries + INFERRED_POOLS)
		return NULL;
	memset(e, 0, sizeof(*e));
	e->place = *place;
	e->born = e->slept = pools_period;
	e->seen = pools_period - 1;	/* it is in use */
	e->number = pool_next_number();
	e->by_machine = pools_name_is_machine(place->start);
	pools_place_is_new(place);
	pools_name(e, task);
	e->returns = atomic_load(&task->thread->work.kind) == place->kind &&
	    atomic_load(&task->thread->work.stays) != 0;
	e->guards = place->kind == WAIT_COND && pools_name_guards(
	    atomic_load(&task->thread->work.caller));
	return e;
}

bool
pools_gate_is_mixed(uint32_t number)
{
	return gate_mixed[number];
}

/* The thread is no worker any more, although it may not have been seen to be
 * gone. */
static bool
is_over(const struct task *task)
{
	return task->gone || atomic_load(&task->thread->over) != 0;
}

static void
note_gate(const struct thread *t)
{
	uint32_t number = atomic_load(&t->work.gate);
	uint64_t kin = thread_kin(t);

	used[number] = true;
	gate_mixed[number] = gate_mixed[number] ||
	    (gate_kin[number] != 0 && gate_kin[number] != kin);
	gate_kin[number] = kin;
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
	if (is_over(task)) {
		m->pool = 0;
		return;
	}
	if (!pool_is_told(task->thread))
		note_gate(task->thread);
	if (pool_of(task->thread, &busy_since) != 0)
		return;
	if (!pools_place_of(task, &place))
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
	if (pools_place_of_family(task, &place))
		pools_cell_add(&place, task);
}

static void
count_all(void)
{
	pools_cells_clear();
	memset(used, 0, sizeof(used));
	memset(gate_kin, 0, sizeof(gate_kin));
	memset(gate_mixed, 0, sizeof(gate_mixed));
	tasks_each(count_thread, NULL);
	tasks_each(count_single, NULL);
}

/* The pool that is at the place of @c, if that is one. */
static struct pools_entry *
entry_of_cell(struct pools_cell *c, struct task *task)
{
	struct pools_entry *e;

	if (c->entry != 0)
		return &pools_entries[c->entry - 1];
	if (c->no_entry)
		return NULL;
	e = pools_find_entry(&c->place);
	if (e == NULL && c->threads > 1)
		e = make_entry(&c->place, task);
	if (e != NULL) {
		c->entry = (uint32_t)(e - pools_entries) + 1;
		e->mixed = e->mixed || c->mixed;
	}
	c->no_entry = e == NULL;
	return e;
}

/* Others may belong to it, too, when it is new. */
static bool
make_entry_of_cell(struct pools_cell *c)
{
	return (pools_is_call(c->place.kind) || c->place.kind == WAIT_READ) &&
	    pools_find_entry(&c->place) == NULL &&
	    entry_of_cell(c, c->first) != NULL;
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
	if (e != NULL || !pools_place_of_family(task, &place))
		return e;
	pools_join_place(&place);
	c = pools_cell_at(&place);
	return c != NULL ? entry_of_cell(c, task) : NULL;
}

/* The pool that all others with the thread's start routine belong to. */
static struct pools_entry *
entry_by_start(struct thread *t)
{
	uint64_t start = thread_kin(t), busy_since;
	struct pools_entry *found = NULL;

	if (start == 0 || pool_of(t, &busy_since) != 0 ||
	    pools_name_is_general(start))
		return NULL;
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		struct pools_entry *e = &pools_entries[i];

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
		m->pool = e != NULL ? (uint32_t)(e - pools_entries) + 1 : 0;
	if (e == NULL)
		return;
	if (m != NULL)
		m->former = m->pool;
	if (e->seen != pools_period) {
		pools_view_begin(e);
		e->seen = pools_period;
	}
	pools_view_add(e, task, period_ns);
	pools_name_check(e, task);
}

static void
join_at_home(struct task *task, void *arg)
{
	if (!is_over(task))
		join(entry_of(task), task, *(uint64_t *)arg);
}

/* Who has its home at @at was seen to wait at @there, in this period. */
static bool
waits_there(const struct pool_place *at, const struct pool_place *there)
{
	const struct pools_cell *c = pools_cell_at(at);

	return c != NULL && c->sleeper != NULL &&
	    c->sleeper->wait.kind == there->kind &&
	    c->sleeper->wait.caller == there->caller;
}

/* Who has not been at home yet began with a task.  Of who is at home elsewhere,
 * and alone there, it may not be known yet that this is the same loop. */
static void
join_by_start(struct task *task, void *arg)
{
	const struct pools_member *m = pools_member(task->thread);
	const struct pools_cell *c = pools_cell_of(task);
	struct pools_entry *e;

	if (is_over(task) || m == NULL || m->pool != 0)
		return;
	e = entry_by_start(task->thread);
	if (e == NULL)
		return;
	if (pools_place_kind(task->thread) != WAIT_RUN) {
		if (c == NULL || pools_is_of_object(c->place.kind) ||
		    !pools_is_of_object(e->place.kind) ||
		    (pools_join_is_decided(&c->place, &e->place) &&
		    !waits_there(&e->place, &c->place)))
			return;
		e->guest = true;
	}
	join(e, task, *(uint64_t *)arg);
}

/* No other pool's workers have its start routine, and are called the same. */
static bool
is_only_of_name(const struct pools_entry *e)
{
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		const struct pools_entry *o = &pools_entries[i];

		if (o != e && o->number != 0 && o->seen == pools_period &&
		    o->named_after == e->named_after &&
		    o->place.start == e->place.start)
			return false;
	}
	return true;
}

/* Nothing tells its workers from other threads that their virtual machine
 * starts, but where they wait; and that may be a new lock for each wait, or the
 * machine's own (Python's). */
static bool
is_anybodys(const struct pools_entry *e)
{
	return e->named_after == 0 && e->by_machine;
}

/* It may be a worker of @e that was not seen to wait where those do: it is
 * called like them; or nothing tells, and it has not been at home anywhere,
 * while they look for tasks before they wait. */
static bool
may_belong(struct task *task, const struct pools_entry *e)
{
	if (is_anybodys(e))
		return true;
	if (e->named_after == 0)
		return e->place.kind == WAIT_FUTEX &&
		    pools_place_kind(task->thread) == WAIT_RUN;
	tasks_name(task);
	return pools_name_tells(task->name) &&
	    pools_name_family(task->name) == e->named_after;
}

/* It belongs to a pool, and surely to no other. */
static bool
is_settled(const struct pools_member *m)
{
	return m->pool != 0 && !is_anybodys(&pools_entries[m->pool - 1]);
}

/* Whose start routine tells nothing may be a worker of a pool that has the
 * same. */
static void
note_stranger(struct task *task, void *arg)
{
	const struct pools_member *m = pools_member(task->thread);
	uint64_t start = thread_kin(task->thread), busy_since;

	(void)arg;
	if (is_over(task) || m == NULL || is_settled(m) || start == 0 ||
	    pool_of(task->thread, &busy_since) != 0)
		return;
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		struct pools_entry *e = &pools_entries[i];

		if (e->number == 0 || e->seen != pools_period ||
		    m->pool == i + 1 || e->place.start != start ||
		    !may_belong(task, e))
			continue;
		e->strangers++;
		if (is_anybodys(e)) {
			e->scattered = true;
			e->likely += m->pool == 0 && m->former == i + 1 &&
			    m->generation == task->generation + 1;
			continue;
		}
		e->likely += e->named_after != 0 && is_only_of_name(e) &&
		    pools_place_kind(task->thread) == WAIT_RUN;
	}
}

void
pools_infer(uint64_t period_ns, poolview_fn see, void *arg)
{
	static struct poolview view;

	pools_period++;
	futexlock_ask(pools_name_is_lock);
	pools_gate_begin();
	pools_turn_look();
	pools_join_begin();
	count_all();
	if (pools_cells_join())
		count_all();
	if (pools_cells_each(make_entry_of_cell))
		count_all();
	tasks_each(join_at_home, &period_ns);
	tasks_each(join_by_start, &period_ns);
	tasks_each(note_stranger, NULL);
	for (unsigned i = 0; i < INFERRED_POOLS; i++) {
		struct pools_entry *e = &pools_entries[i];

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
	return pools_entries[m->pool - 1].number;
}

void
pools_after_fork_child(void)
{
	memset(pools_entries, 0, sizeof(pools_entries));
	pools_member_forget();
	pools_join_forget();
	pools_turn_forget();
}
