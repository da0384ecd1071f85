/*
 * pools_view - the figures of an inferred pool.
 */
#include <string.h>

#include "common/base/clock.h"
#include "common/base/ticks.h"
#include "shim/pools/pools.h"

/* So many times as often does a thread wait at home as elsewhere, where it may
 * wait for anything; and what all of them have in common is left for a task of
 * no more waits than so many. */
enum { STRAYS = 16, STRAYS_SHARED = 16 };

/* All gates of one pool, together. */
struct gates_period {
	bool whole, fit, takes_fit, some_lock, all_count, some_ring, unseen;
	enum known waiting_known;
	uint64_t tasks, waiting, oldest;
	uint64_t full_ns, full_since;	/* of the last of them */
	uint64_t full_until;
	bool rung;
	struct histogram wait, run, wakeup;
};

static struct gates_period sum;

void
pools_view_begin(struct pools_entry *e)
{
	e->workers = e->idle = e->blocked = e->stuck = e->gates = 0;
	e->strangers = e->likely = 0;
	e->scattered = false;
	e->guessed = e->unread = e->unseen = e->still = e->rested = 0;
	e->stays = e->strays = 0;
	e->more_gates = e->guest = e->apart = e->may_queue = false;
	e->convoy = false;
	e->visits = e->busy_ns = e->most_idle_ns = 0;
	e->least_busy_ns = UINT64_MAX;
	e->longest_ns = e->longest_rest_ns = 0;
	e->longest_tid = e->rest_tid = 0;
	e->new_members = e->never_home = 0;
}

/* Threads without a gate of theirs make the pool's figures incomplete. */
static void
add_gate(struct pools_entry *e, uint32_t number)
{
	if (number == 0) {
		e->more_gates = true;
		return;
	}
	for (unsigned i = 0; i < e->gates; i++) {
		if (e->gate[i] == number)
			return;
	}
	if (e->gates < POOL_QUEUES)
		e->gate[e->gates++] = number;
	else
		e->more_gates = true;
}

/* Each waits for an object of its own, in a function of a virtual machine: for
 * work, or in the middle of a task. */
static bool
is_of_machine(const struct pools_entry *e, const struct work *w)
{
	uint32_t kind = e->place.kind;

	return (kind == WAIT_FUTEX || (pools_is_of_object(kind) &&
	    e->place.object == 0)) &&
	    pools_name_is_machine(atomic_load(&w->caller));
}

/* Who has not come back to the call in which it waits for work need not be at
 * one task: it may find another one each time without that call.  One that
 * slept through the period, or wanted to run all the time, is. */
static void
count_stuck(struct pools_entry *e, const struct task *task,
    const struct pools_doing *d, uint64_t period_ns)
{
	bool away = d->visits == 0 && d->away_ns / 7 >= period_ns / 8;
	bool still = task->ran_ns == 0 ||
	    (task->ran_ns + task->delayed_ns) / 9 >= period_ns / 10;

	e->still += away && still;
	e->unseen += away && !still;
	e->stuck += d->task_ns >= period_ns &&
	    (still || !pools_is_call(e->place.kind));
}

/* It waited through the period, for one thing. */
static void
note_rest(struct pools_entry *e, const struct task *task)
{
	uint64_t now, ns;

	if (task->wait.kind == WAIT_RUN || task->wait.seq != task->seq_before)
		return;
	e->rested++;
	now = clock_ns();
	ns = now - MIN(now, task->wait.since_ns);
	if (ns <= e->longest_rest_ns)
		return;
	e->longest_rest_ns = ns;
	e->rest_tid = task->tid;
}

/* What says how much its figures are worth. */
static void
note_signs(struct pools_entry *e, const struct task *task,
    const struct pools_doing *d)
{
	e->returns = e->returns || d->returns;
	e->sleeps = e->sleeps || d->sleeps;
	e->rivals = e->rivals || d->rivals;
	e->proven = e->proven || d->proven;
	e->machine = e->machine || is_of_machine(e, &task->thread->work);
	e->asks = e->asks || (task->wait.kind == WAIT_POLL &&
	    task->wait.object <= 1 && d->idle);
	e->turns = e->turns || d->turn;
	e->apart = e->apart || pools_member_is_apart(task);
	e->convoy = e->convoy || pools_turn_is_convoy(task);
	e->may_queue = e->may_queue || (!d->idle &&
	    pools_member_may_queue(task));
}

void
pools_view_add(struct pools_entry *e, const struct task *task,
    uint64_t period_ns)
{
	const struct work *w = &task->thread->work;
	struct pools_doing d;
	bool other = pools_is_call(e->place.kind) &&
	    atomic_load(&w->kind) != e->place.kind;

	e->mixed = e->mixed || pools_join_listens(task, &e->place);
	pools_member_look(task, e->mixed || other ? &e->place : NULL,
	    period_ns, &d);
	e->workers++;
	e->idle += d.idle;
	e->blocked += d.blocked;
	count_stuck(e, task, &d, period_ns);
	e->unread += d.unread;
	note_rest(e, task);
	e->stays += atomic_load(&w->stays);
	e->strays += atomic_load(&w->strays);
	e->guessed += atomic_load(&w->kind) != e->place.kind && !d.turn;
	note_signs(e, task, &d);
	e->visits += d.visits;
	e->busy_ns += d.away_ns;
	e->least_busy_ns = MIN(e->least_busy_ns, d.away_ns);
	e->new_members += d.is_new;
	e->never_home += atomic_load(&w->kind) == WAIT_RUN;
	if (d.task_ns > e->longest_ns) {
		e->longest_ns = d.task_ns;
		e->longest_tid = task->tid;
	}
	/* Who has not been home yet has no gate, and where each has a queue of
	 * its own, one that is not known. */
	if (atomic_load(&w->kind) != WAIT_RUN)
		add_gate(e, atomic_load(&w->gate));
	else if (e->place.object == 0)
		e->more_gates = true;
}

/* Its workers are seen at the looks, and nothing is known of the time between
 * them. */
static bool
is_unannounced(const struct pools_entry *e)
{
	return e->place.kind == WAIT_RUN || e->place.kind == WAIT_READ;
}

static void
add_period(const struct gate_period *g, struct poolview *v, unsigned i)
{
	sum.whole = sum.whole && g->whole;
	sum.fit = sum.fit && g->fits;
	sum.takes_fit = sum.takes_fit && g->takes_fit;
	sum.some_lock = sum.some_lock || g->is_lock;
	sum.all_count = sum.all_count && g->counts;
	sum.some_ring = sum.some_ring || g->rings;
	sum.unseen = sum.unseen || g->unproven || g->apart || g->rings;
	sum.waiting_known = MIN(sum.waiting_known, g->waiting_known);
	sum.tasks += g->tasks;
	sum.waiting += g->waiting;
	sum.full_ns = g->full_ns;
	sum.full_since = g->full_since;
	sum.full_until = MAX(sum.full_until, g->full_until);
	sum.rung = sum.rung || g->rung;
	if (g->oldest != 0 && (sum.oldest == 0 || g->oldest < sum.oldest))
		sum.oldest = g->oldest;
	histogram_merge(&sum.wait, &g->wait);
	histogram_merge(&sum.run, &g->run);
	histogram_merge(&sum.wakeup, &g->wakeup);
	v->queue_length[i] = (uint32_t)MIN(g->waiting, (uint64_t)UINT32_MAX);
}

static void
read_gates(const struct pools_entry *e, struct poolview *v)
{
	static struct gate_period one;
	unsigned each = e->gates == 0 ? 0 :
	    (e->workers + e->gates - 1) / e->gates;

	memset(&sum, 0, sizeof(sum));
	sum.whole = sum.fit = sum.takes_fit = sum.all_count = true;
	sum.waiting_known = EXACT;
	for (unsigned i = 0; i < e->gates; i++) {
		pools_gate_read(e->gate[i], each, e->idle == e->workers,
		    &one);
		add_period(&one, v, i);
	}
	v->queues = e->gates > 1 ? e->gates : 0;
	if (sum.whole)
		return;
	sum.takes_fit = false;
	histogram_clear(&sum.wait);
	histogram_clear(&sum.run);
	histogram_clear(&sum.wakeup);
}

static void
fill_times(struct pool_times *t, const struct histogram *h, enum known known)
{
	t->known = h->count != 0 ? known : NOT_KNOWN;
	t->count = h->count;
	t->max_ns = h->max_ns;
	t->median_ns = MIN(histogram_quantile(h, 500), h->max_ns);
	t->p99_ns = MIN(histogram_quantile(h, 990), h->max_ns);
}

static bool
has_queue(const struct pools_entry *e)
{
	return pools_is_of_object(e->place.kind) && e->gates != 0 &&
	    !e->more_gates;
}

/* All workers are busy, or were for so much of their time that what they took
 * meanwhile matters: a fifth is less than an estimate may be wrong by. */
static bool
were_all_busy(const struct pools_entry *e)
{
	return e->idle == 0 || sum.full_ns * e->workers * 5 > e->busy_ns;
}

/* How long ago the last time ended in which all workers were busy. */
static uint64_t
since_full_ns(void)
{
	uint64_t now = ticks_now();

	return ticks_to_ns(now - MIN(now, sum.full_until));
}

/* While no worker is idle, tasks can be taken unseen.  A semaphore that does
 * not count is posted once for many of them, and one beside a count of the
 * host's only for those that are about to wait; behind a condition whose mutex
 * guards no more than the condition they are taken under another one, or none:
 * what was put there then waits for nobody. */
static void
judge_busy_times(const struct pools_entry *e)
{
	if (e->place.kind == WAIT_SEM && !sum.all_count &&
	    (sum.full_ns != 0 || sum.full_since != 0))
		sum.fit = sum.takes_fit = false;
	if (sum.some_ring && e->longest_ns > since_full_ns())
		sum.takes_fit = false;
	if (!sum.unseen || e->guards || !were_all_busy(e))
		return;
	sum.fit = sum.takes_fit = false;
	/* Meanwhile nothing was taken from the semaphore, nor beside it. */
	if (e->place.kind == WAIT_SEM && e->still == e->workers &&
	    !sum.some_ring)
		sum.waiting_known = MIN(sum.waiting_known, ESTIMATED);
	else if (e->idle == 0)
		sum.waiting_known = NOT_KNOWN;
}

static void
fill_queue(const struct pools_entry *e, struct poolview *v)
{
	judge_busy_times(e);

	enum known known = sum.fit ? ESTIMATED : NOT_KNOWN;
	enum known takes = sum.takes_fit ? ESTIMATED : NOT_KNOWN;
	uint64_t now = clock_ns();

	v->queue_known = sum.waiting_known;
	v->waiting = sum.waiting;
	v->rung = sum.rung;
	v->done = sum.tasks;
	v->rate_known = takes;
	fill_times(&v->wait, &sum.wait, known);
	fill_times(&v->run, &sum.run, takes);
	fill_times(&v->wakeup, &sum.wakeup, EXACT);
	v->finds_more = !sum.fit && sum.takes_fit && sum.tasks >= v->workers;
	if (v->queue_known == NOT_KNOWN || known == NOT_KNOWN)
		return;
	if (sum.waiting == 0)
		v->oldest_known = v->queue_known;
	else if (sum.oldest != 0)
		v->oldest_known = ESTIMATED;
	if (sum.waiting != 0 && sum.oldest != 0)
		v->oldest_ns = now - MIN(now, ticks_to_clock_ns(sum.oldest));
}

/* Of groups that wait in the kernel: what they were given, which need not all
 * be tasks, and how long they took before they waited again, which one gate
 * hears a part of. */
static void
fill_wakeups(const struct pools_entry *e, struct poolview *v)
{
	/* Who waits for an object, a futex or one descriptor of its own has
	 * looked for work elsewhere first: its waits are not its tasks. */
	if (is_unannounced(e) || e->place.kind == WAIT_FUTEX || e->asks ||
	    pools_is_of_object(e->place.kind))
		return;
	v->done = e->visits;
	v->rate_known = e->never_home == 0 && e->new_members == 0 &&
	    e->unseen == 0 ? ESTIMATED : NOT_KNOWN;
	if (!e->turns)
		fill_times(&v->run, &sum.run, ESTIMATED);
}

/* From each worker's time: it is between two bounds, which often meet. */
static void
bound_full(const struct pools_entry *e, uint64_t period_ns,
    struct poolview *v)
{
	uint64_t idle_ns = e->workers * period_ns - e->busy_ns;
	uint64_t least = period_ns - MIN(period_ns, idle_ns);
	uint64_t most = e->least_busy_ns;

	if (e->place.kind == WAIT_RUN && e->idle != 0 && e->rested != 0)
		v->full_known = EXACT;
	if (e->new_members != 0 || e->never_home != 0 ||
	    is_unannounced(e) || e->turns)
		return;
	if (most - MIN(most, least) > period_ns / 20)
		return;
	v->full_known = most == 0 || least == most ? EXACT : ESTIMATED;
	v->full_ns = most / 2 + least / 2;
}

static void
fill_full(const struct pools_entry *e, uint64_t period_ns, struct poolview *v)
{
	if (!has_queue(e) || e->gates != 1 ||
	    pools_gate_is_mixed(e->gate[0])) {
		bound_full(e, period_ns, v);
		return;
	}
	v->full_known = sum.whole ? EXACT : NOT_KNOWN;
	v->full_ns = sum.full_ns;	/* see poolview's carry_full() */
	if (sum.full_since != 0)
		v->full_since_ns = ticks_to_clock_ns(sum.full_since);
}

/* How well it is known that the wait is that for work, and none in the middle
 * of a task.  An object that several wait for is their queue's when one has
 * gone to work from there, unless they hardly ever do: it may be the lock of an
 * interpreter, while each is idle at a condition of its own.  A call, or a
 * thread's own condition or futex, can serve anything: threads that wait for
 * other things too may be idle there. */
static enum known
home_known(const struct pools_entry *e)
{
	uint32_t kind = e->place.kind;
	bool shared = pools_is_of_object(kind) && e->place.object != 0;
	bool own = pools_is_of_object(kind) && e->place.object == 0;

	if (sum.some_lock || kind == HOME_UNKNOWN || e->machine)
		return NOT_KNOWN;
	/* Who listens may be the one who has it. */
	if (e->may_queue && e->idle != 0)
		return NOT_KNOWN;
	if (kind == WAIT_READ)
		return e->sleeps && !e->rivals ? ESTIMATED : NOT_KNOWN;
	if (kind == WAIT_RUN)
		return ESTIMATED;
	if (!shared && e->strays * STRAYS > e->stays)
		return NOT_KNOWN;
	if (shared && e->strays > e->stays * STRAYS_SHARED &&
	    e->strays > e->workers * STRAYS_SHARED)
		return NOT_KNOWN;
	/* At first the locks among the futexes may not be known. */
	if (kind == WAIT_FUTEX && e->born == pools_period)
		return NOT_KNOWN;
	if (own || kind == WAIT_FUTEX)
		return e->returns && e->proven && !e->apart ? ESTIMATED :
		    NOT_KNOWN;
	return e->returns && e->guessed == 0 && !e->mixed ? EXACT : ESTIMATED;
}

/* Others may hold each other up there, too, and were not met yet. */
static bool
is_of_lock(const struct pools_entry *e)
{
	return e->place.kind == WAIT_RUN && e->place.object != 0;
}

static void
fill_crew(const struct pools_entry *e, struct poolview *v)
{
	/* Whoever began with a task and always found another is busy. */
	v->workers = e->workers + e->likely;
	v->workers_known = e->strangers != 0 || is_of_lock(e) ? ESTIMATED :
	    EXACT;
	v->crew_known = e->scattered ? NOT_KNOWN :
	    MIN(home_known(e), v->workers_known);
	v->idle = e->idle;
	v->busy = v->workers - e->idle;
	v->blocked_known = e->unread == 0 ? v->crew_known :
	    MIN(v->crew_known, ESTIMATED);
	v->blocked = e->blocked;
}

/* Tasks that take less are many a pool's. */
#define LONG_REST_NS (500 * NS_PER_MS)

/* All workers are in the middle of a task, each in one wait through the period:
 * whatever they took unseen before, they are at their tasks at least as long
 * as that wait is. */
static bool
all_rest_in_tasks(const struct pools_entry *e)
{
	return e->idle == 0 && e->still == e->workers &&
	    e->rested == e->workers && e->stuck == e->workers &&
	    e->longest_rest_ns >= LONG_REST_NS;
}

/* Who locks the mutex in the middle of a task seems to begin another. */
static void
fill_longest(const struct pools_entry *e, struct poolview *v)
{
	bool fits = !pools_is_of_object(e->place.kind) || sum.takes_fit;

	if (is_unannounced(e) || e->place.kind == WAIT_FUTEX ||
	    e->never_home != 0 || (!fits && !all_rest_in_tasks(e)))
		return;
	v->longest_known = ESTIMATED;
	v->longest_ns = fits ? e->longest_ns : e->longest_rest_ns;
	v->longest_tid = fits ? e->longest_tid : e->rest_tid;
	v->stuck = e->stuck;
}

void
pools_view_fill(struct pools_entry *e, uint64_t period_ns, struct poolview *v)
{
	memset(v, 0, sizeof(*v));
	memcpy(v->name, e->name, sizeof(v->name));
	v->via = "inferred";
	v->number = e->number;
	v->period_ns = period_ns;
	read_gates(e, v);
	fill_crew(e, v);
	v->lockwait_known = e->turns ? NOT_KNOWN : EXACT;
	v->convoy = e->convoy && e->place.kind == WAIT_RUN;
	if (v->crew_known == NOT_KNOWN || e->mixed || e->guest)
		return;
	if (has_queue(e))
		fill_queue(e, v);
	else
		fill_wakeups(e, v);
	fill_full(e, period_ns, v);
	v->full_known = MIN(v->full_known, v->crew_known);
	fill_longest(e, v);
}
