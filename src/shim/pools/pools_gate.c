/*
 * pools_gate - gates, from one look to the next, and whether to believe them.
 *
 * What did not fit is weighed against what did over the last periods; above a
 * quarter there is no estimate.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/relaxed.h"
#include "common/base/ticks.h"
#include "shim/pools/pools.h"
#include "shim/sched/sync_sem.h"

#include "common/base/sys.h"

/* So many that were left are no mistake of the start; so many that were taken
 * are no accident. */
enum { LEFT_APART = 4, TAKEN_PROVES = 2, DRAINED_PROVES = 2,
	BLINKS_PROVE = 8, PASSED_PROVES = 16 };

/* A gate as it was at the last look. */
struct past {
	uint32_t born;
	uint32_t period;	/* when that was */
	uint64_t tasks, taken, surprises, blinks, brief, left, unclear;
	uint64_t untaken;
	uint64_t full_ticks;
	/* Of the last periods; halved each: what does not fit; what says that
	 * takes were not seen as they were; tasks. */
	uint64_t recent_bad, recent_bad_takes, recent;
	unsigned drifts;	/* looks in a row with a wrong count */
	bool settled;		/* its workers have all been idle, with nothing
				 * in the queue */
	struct histogram wait, run, wakeup;
};

static struct past *pasts;	/* GATES; mapped for the first */
static uint32_t born_before, born_now;	/* until the last look; and this one */
static bool late;			/* see pools_begin_late() */

void
pools_begin_late(void)
{
	late = true;
}

bool
pools_began_late(void)
{
	return late;
}

void
pools_gate_begin(void)
{
	born_before = born_now;
	born_now = gate_births();
}

bool
pools_gate_is_turn(uint32_t number)
{
	const struct gate *g = gate_at(number);
	uint64_t signals = load(&g->signals), passed = load(&g->passed);

	return load32(&g->kind) == WAIT_COND && passed >= PASSED_PROVES &&
	    (signals - MIN(signals, passed)) * PASSED_PROVES < passed;
}

/* The gate's counters are compared with those of the last look, or began with
 * none since then. */
static bool
begin_period(struct past *p, uint32_t born)
{
	bool whole = p->period + 1 == pools_period;

	if (p->born != born) {
		memset(p, 0, sizeof(*p));
		p->born = born;
		whole = (int32_t)(born - born_before) > 0;
	}
	p->period = pools_period;
	return whole;
}

/* The largest starts anew each period; a task that ends just now may be missed
 * by it, never by the counts. */
static void
read_times(struct histogram *now, struct histogram *before,
    struct histogram *out)
{
	static struct histogram all;

	histogram_clear(&all);
	all.max_ns = __atomic_exchange_n(&now->max_ns, 0, __ATOMIC_RELAXED);
	histogram_merge(&all, now);
	histogram_since(out, &all, before);
	*before = all;
}

/* How much is in the semaphore.  It may be gone by now: the kernel reads it.
 * False when it cannot. */
static bool
sem_value(uint64_t sem, uint64_t *value)
{
	uint32_t word = 0;

	if (!sys_copy(&word, sem, sizeof(word)))
		return false;
	*value = word;
	return true;
}

/* Where workers look for more before they come back, what they left in the
 * semaphore is no task of theirs: it is over at once when they take it, unlike
 * what they waited for.  Until some that was taken without a wait has lasted,
 * that is not known; a worker that comes back to nothing but short tasks tells
 * nothing. */
static void
judge_sem(const struct gate *g, struct gate_period *out)
{
	uint64_t lasted = load(&g->lasting[1]), blinked = load(&g->blinking[1]);
	bool all_blink = load(&g->blinking[0]) > 3 * load(&g->lasting[0]);

	out->apart = !all_blink && blinked >= BLINKS_PROVE &&
	    blinked > 3 * lasted;
	out->unproven = !all_blink && (lasted < TAKEN_PROVES ||
	    blinked > lasted);
}

/* The value is the queue's length, if it counts; where it only wakes workers,
 * nothing is queued while one of them waits.  Posts and waits that were not
 * seen leave a difference; when it stays, what is thought to be waiting is put
 * right. */
static void
read_sem(struct gate *g, struct past *p, bool all_idle,
    struct gate_period *out)
{
	uint64_t value, thought = gate_waiting(g);
	uint64_t queued = load(&g->queued), taken = load(&g->taken);

	if (!sem_value(load(&g->object), &value)) {
		out->waiting_known = NOT_KNOWN;
		return;
	}
	judge_sem(g, out);
	out->waiting = value;
	out->waiting_known = out->apart && value != 0 ? NOT_KNOWN :
	    out->counts ? EXACT : value == 0 &&
	    load32(&g->idle) != 0 ? ESTIMATED : NOT_KNOWN;
	if (!all_idle || value != 0 || queued == taken) {
		p->drifts = 0;
		return;
	}
	if (++p->drifts < 2)
		return;
	p->drifts = 0;
	p->recent_bad += queued > taken ? thought : taken - queued;
	atomic_compare_exchange_strong(&g->taken, &taken, queued);
}

/* Workers and those who bring tasks lock at one place: whether a lock is for
 * taking, only their order tells. */
static bool
has_common_site(const struct gate *g)
{
	for (unsigned i = 0; i < GATE_SITES; i++) {
		const struct gate_site *s = &g->site[i];

		if ((load32(&s->waits) | load32(&s->first_waits)) != 0 &&
		    load32(&s->signals) != 0)
			return true;
	}
	return false;
}

/* Where a lock may be for anything, a task that is over at once may be a lock
 * that was for something else. */
static uint64_t
read_no_tasks(struct gate *g, struct past *p)
{
	uint64_t surprises = load(&g->surprises) - p->surprises;
	uint64_t blinks = load(&g->blinks) - p->blinks;
	uint64_t brief = load(&g->brief) - p->brief;

	p->surprises += surprises;
	p->blinks += blinks;
	p->brief += brief;
	p->recent_bad += surprises;
	if (!has_common_site(g))
		return blinks;
	p->recent_bad += brief;
	return surprises + brief;
}

/* Workers take all there is at once: what they work on then still seems to
 * wait. */
static bool
is_drained(const struct gate *g)
{
	uint64_t drained = load(&g->drained);
	/* Who has taken something and signals for the next may ring them up
	 * for a queue that is elsewhere. */
	bool passed_on = 2 * load(&g->given_back) > load(&g->tasks);

	return drained >= DRAINED_PROVES &&
	    drained * (passed_on ? 16 : 4) > load(&g->emptied);
}

/* A task that is taken and was not seen to be queued is one of several that
 * were queued at once, or was brought in a way that is not seen: it is a task
 * all the same, where it is clear what a worker's lock is for. */
static void
read_cond(struct gate *g, struct past *p, struct gate_period *out)
{
	uint64_t left = load(&g->left_lying) - p->left;
	uint64_t unclear = load(&g->unclear) - p->unclear;
	uint64_t untaken = load(&g->untaken) - p->untaken;

	p->recent += left;
	p->recent_bad += left + unclear;
	p->recent_bad_takes += left + unclear + untaken + read_no_tasks(g, p);
	p->untaken += untaken;
	p->unclear += unclear;
	p->left += left;
	out->unproven = load(&g->taken_full) < TAKEN_PROVES ||
	    load(&g->taken_back) <= p->left * 2;
	out->apart = (p->left >= LEFT_APART &&
	    p->left * 4 > load(&g->taken_back)) || is_drained(g);
	out->waiting = gate_waiting(g);
	out->waiting_known = ESTIMATED;
}

static void
read_full(struct gate *g, struct past *p, uint64_t now,
    struct gate_period *out)
{
	uint64_t since = load(&g->full_since);
	uint64_t full = load(&g->full_ticks);

	out->full_since = since;
	if (since != 0 && now > since)
		full += now - since;
	out->full_ns = ticks_to_ns(full - MIN(full, p->full_ticks));
	p->full_ticks = full;
}

/* What is newer counts for more; what nothing newer came after counts on. */
static void
forget_half(struct past *p)
{
	p->recent_bad /= 2;
	p->recent_bad_takes /= 2;
	p->recent /= 2;
}

static struct past *
past_of(uint32_t number)
{
	if (pasts == NULL)
		pasts = mem_reserve_forever(GATES * sizeof(*pasts));
	return pasts == NULL ? NULL : &pasts[number - 1];
}

void
pools_gate_read(uint32_t number, unsigned workers, bool all_idle,
    struct gate_period *out)
{
	struct gate *g = gate_at(number);
	struct past *p = past_of(number);
	uint32_t kind = atomic_load(&g->kind);
	uint64_t tasks = load(&g->tasks), taken = load(&g->taken);

	memset(out, 0, sizeof(*out));
	if (p == NULL)
		return;
	out->whole = begin_period(p, atomic_load(&g->born));
	out->counts = load32(&g->most) != 0;
	store32(&g->workers, workers);
	out->rings = sync_sem_may_ring(g);
	out->full_until = load(&g->full_until);
	out->rung = load(&g->signalled) != 0;
	out->is_lock = gate_is_lock(g);
	out->tasks = kind == WAIT_SEM ? taken - p->taken : tasks - p->tasks;
	if (out->tasks != 0)
		forget_half(p);
	p->recent += out->tasks;
	p->tasks = tasks;
	p->taken = taken;
	if (kind == WAIT_COND)
		read_cond(g, p, out);
	else if (kind == WAIT_SEM)
		read_sem(g, p, all_idle, out);
	out->oldest = gate_oldest(g);
	read_full(g, p, ticks_now(), out);
	read_times(&g->wait, &p->wait, &out->wait);
	read_times(&g->run, &p->run, &out->run);
	read_times(&g->wakeup, &p->wakeup, &out->wakeup);
	p->settled |= all_idle && out->waiting == 0;
	out->fits = p->recent_bad * 4 <= p->recent && !out->apart &&
	    (p->settled || !late);
	out->takes_fit = p->recent_bad_takes * 4 <= p->recent &&
	    (kind == WAIT_COND || !out->apart);
	/* Where all workers wait, the queue is known to be empty. */
	if (!out->fits && out->waiting_known == ESTIMATED &&
	    !(all_idle && out->waiting == 0))
		out->waiting_known = NOT_KNOWN;
}
