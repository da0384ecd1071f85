/*
 * sync_bring - a task that a thread puts into the queue of a condition's gate.
 */
#include "shim/sched/sync_bring.h"

#include <stdbool.h>
#include <stddef.h>

#include "common/base/relaxed.h"
#include "common/base/ticks.h"
#include "shim/sched/thread.h"

/* So many signals that nobody needed are a habit, if they are at least as many
 * as half of the tasks that workers took without waiting. */
enum { HABIT = 4 };

/* What comes from a place that was never followed by a signal, while workers
 * are idle and of no use without one, is no task until the signal comes. */
static bool
is_doubtful(const struct gate *g, const struct gate_site *s)
{
	return load32(&g->idle) != 0 && (s == NULL || load32(&s->signals) == 0);
}

void
sync_bring_none(struct work *w)
{
	store(&w->brought, 0);
	store(&w->doubtful, 0);
	store(&w->unsure, 0);
	store32(&w->needless, 0);
}

void
sync_bring(struct work *w, struct gate *g, struct gate_site *s, uint64_t now)
{
	bool doubtful = is_doubtful(g, s);
	bool behind = s != NULL && gate_waiting(g) != 0;
	uint64_t number = doubtful ? gate_push_doubtful(g, now) :
	    gate_push(g, now);

	store(&w->brought, number + 1);
	store(&w->doubtful, doubtful ? number + 1 : 0);
	/* Nobody is idle, and others wait: a signal is of no use. */
	store32(&w->needless, behind && load32(&g->idle) == 0);
	store(&w->unsure, 0);
	/* What nothing waits in front of may be taken before the signal. */
	if (!behind || load32(&s->habit) == 0)
		return;
	store(&w->unsure, number + 1);
	store(&g->unsure, number + 1);
}

/* The place has signalled for a task that needed no signal. */
static void
learn(struct gate *g, struct gate_site *s)
{
	uint64_t taken = load(&g->taken_back) - load(&g->unlearnt);

	thread_add(&g->needless, 1);
	store32(&s->needless, load32(&s->needless) + 1);
	if (load32(&s->needless) >= HABIT && 2 * load(&g->needless) >= taken)
		store32(&s->habit, 1);
}

void
sync_bring_signalled(struct work *w, struct gate *g, struct gate_site *s)
{
	uint64_t doubtful = load(&w->doubtful), unsure = load(&w->unsure);

	if (doubtful != 0)
		gate_confirm(g, doubtful - 1);
	store(&w->doubtful, 0);
	if (load32(&w->needless) != 0)
		learn(g, s);
	store32(&w->needless, 0);
	store(&w->unsure, 0);
	/* Somebody was faster than the signal, and took it back. */
	if (unsure != 0 && !atomic_compare_exchange_strong(&g->unsure,
	    &(uint64_t){ unsure }, 0))
		gate_push(g, ticks_now());
}

void
sync_bring_settle(struct gate *g)
{
	uint64_t unsure = load(&g->unsure);

	if (unlikely(unsure != 0) &&
	    atomic_compare_exchange_strong(&g->unsure, &unsure, 0))
		gate_take_back(g, unsure - 1);
}

void
sync_bring_unlearn(struct gate *g)
{
	for (unsigned i = 0; i < GATE_SITES; i++) {
		struct gate_site *s = &g->site[i];

		store32(&s->habit, 0);
		store32(&s->needless, 0);
	}
	store(&g->needless, 0);
	store(&g->unlearnt, load(&g->taken_back));
}
