/*
 * sync_sem - posts, and waits that ended.
 */
#include "shim/sched/sync_sem.h"

#include <semaphore.h>

#include "common/base/relaxed.h"
#include "common/base/ticks.h"
#include "shim/sched/sync.h"

/* A semaphore's gate begins with what the semaphore has. */
uint32_t
sync_sem_gate(uint64_t sem, uint64_t start)
{
	uint32_t number = gate_find(sem);
	int value = 0;

	if (number != 0)
		return number;
	number = gate_make(sem, WAIT_SEM, start);
	sem_getvalue((sem_t *)(uintptr_t)sem, &value);
	if (number != 0 && value > 0)
		atomic_fetch_add(&gate_at(number)->queued, (uint64_t)value);
	return number;
}

/* What takes less may be no task. */
enum { NO_TASK_NS = 20000 };

bool
sync_sem_may_ring(const struct gate *g)
{
	return load32(&g->kind) == WAIT_SEM &&
	    load32(&g->most) < load32(&g->workers);
}

/* Nobody was idle for a while since: there may have been several tasks, which
 * were not taken from here. */
static bool
may_be_several(const struct gate *g, uint64_t since)
{
	return sync_sem_may_ring(g) && (load(&g->full_since) != 0 ||
	    load(&g->full_until) > since);
}

static void
end_sem_task(struct work *w, struct gate *g, uint64_t now)
{
	unsigned back = load32(&w->popped) == POPPED_BACK;
	uint64_t ns;

	if (load32(&w->doing) != WORK_TASK)
		return;
	ns = ticks_to_ns(now - MIN(now, load(&w->since)));
	(void)atomic_fetch_add_explicit(&g->tasks, 1, memory_order_relaxed);
	(void)atomic_fetch_add_explicit(ns < NO_TASK_NS ? &g->blinking[back] :
	    &g->lasting[back], 1, memory_order_relaxed);
	if (!may_be_several(g, load(&w->since)))
		histogram_add_shared(&g->run, ns, 1);
}

/* What is to be waited for lies there already. */
static bool
has_some(const struct gate *g)
{
	int value = 0;

	return sem_getvalue((sem_t *)(uintptr_t)load(&g->object), &value) ==
	    0 && value > 0;
}

void
sync_sem_enter(struct thread *t, struct gate *g, uint64_t now)
{
	struct work *w = &t->work;

	end_sem_task(w, g, now);
	if (load32(&g->idle) == 0)
		store(&g->full_until, now);
	store32(&w->popped, has_some(g) ? POPPED_BACK : POPPED);
	sync_give(t, load32(&w->gate));
	store32(&w->doing, WORK_IDLE);
}

static void
take_from_sem(struct thread *t, uint32_t number, bool for_task, uint64_t now)
{
	struct gate *g = gate_at(number);
	uint64_t waited = gate_pop_shared(g, now);

	if (waited != 0)
		histogram_add_shared(&g->wait, ticks_to_ns(waited), 1);
	sync_hold(t, number);
	if (!for_task)
		return;
	store(&t->work.since, now);
	store32(&t->work.doing, WORK_TASK);
}

/* The wait was for a post that came while the thread waited, or for one that
 * lay there already: only the first is a wake-up. */
void
sync_got(struct thread *t, const struct sync_scope *s)
{
	if (s->gate != 0)
		take_from_sem(t, s->gate, s->home, s->home ?
		    load(&t->work.away) : ticks_now());
}

/* A worker that gets its next task without waiting is done with the last. */
void
sync_taken_gate(const void *sem)
{
	uint32_t number = gate_find((uint64_t)(uintptr_t)sem);
	struct thread *t = thread_self();

	if (number == 0 || t == NULL)
		return;

	struct gate *g = gate_at(number);
	bool at_home = load32(&t->work.gate) == number;
	uint64_t now = ticks_now();

	if (load32(&g->kind) != WAIT_SEM)
		return;
	if (at_home) {
		end_sem_task(&t->work, g, now);
		store32(&t->work.popped, POPPED_BACK);
	}
	take_from_sem(t, number, at_home, now);
}

/* A semaphore that has more than one at a time counts something; with more than
 * there are workers, that is not how many of them are to wake up.  One that
 * never has may be a lock, which who has taken it gives back, or wake somebody
 * up, once for many tasks. */
void
sync_post_gate(const void *sem)
{
	uint32_t number = gate_find((uint64_t)(uintptr_t)sem);
	struct thread *t = tls.thread;
	int value = 0;

	if (number == 0)
		return;

	struct gate *g = gate_at(number);

	gate_push(g, ticks_now());
	if (sem_getvalue((sem_t *)(uintptr_t)sem, &value) == 0 &&
	    value > 0 && (uint32_t)value > load32(&g->most))
		store32(&g->most, (uint32_t)value);
	if (t != NULL && sync_give(t, number))
		atomic_fetch_add_explicit(&g->given_back, 1,
		    memory_order_relaxed);
}
