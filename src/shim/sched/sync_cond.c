/*
 * sync_cond - tasks that lie in a queue behind a mutex.
 *
 * Not every lock of the mutex is for a task: the host asks how long the queue
 * is, or notes that a task is done.  What a lock is for is learned from the
 * place it is made at: a worker that goes straight from there to its wait has
 * come for a task, and a thread that signals after it has brought one.  A
 * place that does neither, while others do, is for something else; and so is
 * one after which nobody signals although there are idle workers.  Where all
 * places are one (a wrapper of the host's around the lock), who locks decides.
 */
#include "shim/sched/sync_cond.h"

#include "common/base/relaxed.h"
#include "common/base/ticks.h"
#include "shim/sched/sync.h"
#include "shim/sched/sync_bring.h"
#include "shim/sched/sync_site.h"

/* What takes less may be no task. */
enum { NO_TASK_NS = 20000 };

static void
add32(_Atomic uint32_t *word)
{
	store32(word, load32(word) + 1);
}

uint32_t
sync_cond_gate(uint64_t mutex, uint64_t condition, uint64_t start)
{
	uint32_t number = gate_make(mutex, WAIT_COND, start);

	if (number == 0)
		return 0;

	struct gate *g = gate_at(number);

	if (load(&g->condition) == 0) {
		store(&g->condition, condition);
		gate_alias(number, condition);
	}
	return load(&g->condition) == condition ? number : 0;
}

static void
note_ns(struct histogram *h, uint64_t ticks)
{
	histogram_add(h, ticks_to_ns(ticks));
}

/* The worker has the mutex and will take a task, if there is one. */
static void
come_for_task(struct thread *t, struct gate *g, uint64_t now)
{
	struct work *w = &t->work;
	bool there;

	sync_bring_settle(g);
	there = gate_waiting(g) != 0;
	if (there) {
		uint64_t waited = gate_pop(g, now);

		if (waited != 0)
			note_ns(&g->wait, waited);
		if (gate_waiting(g) != 0)
			store32(&g->backlog, 1);
	}
	sync_hold(t, gate_number(g));
	store32(&w->popped, there ? POPPED : POPPED_NONE);
	store(&w->since, now);
	store32(&w->doing, WORK_TASK);
}

/* Where all tasks are brief, one more says nothing. */
static void
note_odd_task(struct work *w, struct gate *g, bool brief)
{
	uint32_t popped = load32(&w->popped);

	if (popped == POPPED_NONE) {
		thread_add(&g->surprises, 1);
		if (brief)
			thread_add(&g->blinks, 1);
		else
			sync_bring_unlearn(g);
	} else if (popped != POPPED && brief && load32(&w->brief) == 0) {
		thread_add(&g->brief, 1);
	}
	store32(&w->brief, brief);
}

/* The worker is back from what it took. */
static void
end_task(struct work *w, struct gate *g, uint64_t now)
{
	uint64_t ticks = now - MIN(now, load(&w->since));

	if (load32(&w->doing) != WORK_TASK)
		return;
	thread_add(&g->tasks, 1);
	note_odd_task(w, g, ticks_to_ns(ticks) < NO_TASK_NS);
	note_ns(&g->run, ticks);
	store32(&w->doing, WORK_BETWEEN);
}

/* What is behind another mutex, or none, is taken without this one.  Who looks
 * once more before it waits takes some of that here, but hardly ever while all
 * are busy. */
static void
count_back(const struct work *w, struct gate *g, uint64_t n)
{
	uint32_t popped = load32(&w->popped);

	if (popped == POPPED_BACK || popped == POPPED_FULL)
		thread_add(&g->taken_back, n);
	if (popped == POPPED_FULL)
		thread_add(&g->taken_full, n);
}

/* Who goes idle says that the queue is empty.  Where one took all there was,
 * more seems to be left; where each took one, none is. */
static void
end_backlog(struct gate *g, uint64_t lying)
{
	thread_add(&g->left_lying, lying);
	if (load32(&g->backlog) != 0)
		thread_add(lying != 0 ? &g->drained : &g->emptied, 1);
	store32(&g->backlog, 0);
}

/* It waits straight after it got the mutex: there was nothing to take.  Returns
 * how much there seemed to be. */
static uint64_t
find_nothing(struct work *w, struct gate *g)
{
	uint64_t lying = load32(&w->doing) == WORK_TASK &&
	    load32(&w->popped) != POPPED_NONE;

	if (lying != 0)
		count_back(w, g, (uint64_t)-1);

	struct gate_site *s = sync_site_last(w, load32(&w->gate));

	/* A worker's way to its first wait is not the one that it comes back
	 * by. */
	if (s != NULL)
		add32(load32(&w->doing) != WORK_NOTHING ? &s->waits :
		    &s->first_waits);
	return lying;
}

void
sync_cond_enter(struct thread *t, struct gate *g, uint64_t now)
{
	struct work *w = &t->work;
	uint64_t lying = find_nothing(w, g);

	sync_give(t, gate_number(g));
	store32(&w->locked_site, 0);
	end_backlog(g, lying + gate_empty(g));
	if (load32(&g->idle) == 0)
		store(&g->signalled, 0);
	store32(&w->doing, WORK_IDLE);

	uint64_t left = load(&w->away);

	if (left != 0 && now > left)
		thread_add(&w->away_ticks, now - left);
	store(&w->away, 0);
}

/* Whose time is up looks whether it is still needed, and waits again. */
void
sync_cond_leave(struct thread *t, struct gate *g, uint64_t now, bool woken)
{
	uint64_t signalled = load(&g->signalled);

	if (signalled != 0 && now > signalled)
		note_ns(&g->wakeup, now - signalled);
	if (signalled != 0)
		store(&g->signalled, 0);
	store32(&t->work.locked_site, 0);
	if (woken || gate_waiting(g) != 0)
		come_for_task(t, g, now);
	else
		store32(&t->work.doing, WORK_BETWEEN);
}

/* What a worker brings may be what it took: the lock that this is. */
static void
give_back(struct thread *t, struct gate *g)
{
	if (sync_give(t, gate_number(g)))
		thread_add(&g->given_back, 1);
}

/* Beside the one that locks the mutex now, and may be done with what it had. */
static void
note_several(const struct work *w, struct gate *g)
{
	uint32_t others = load32(&g->holders) -
	    (load32(&w->holds) == gate_number(g));

	if (others >= 2 && load32(&g->several) < UINT32_MAX)
		add32(&g->several);
}

static void
note_back(struct work *w, struct gate *g, bool new_place)
{
	if (load32(&w->popped) == POPPED_NONE)
		return;
	store32(&w->popped, new_place || load32(&g->idle) != 0 ?
	    POPPED_BACK : POPPED_FULL);
	count_back(w, g, 1);
}

/* What a worker does when its time is up is a task, too, which nobody has
 * brought and it did not come for. */
static void
note_untaken(struct work *w, struct gate *g, uint64_t now)
{
	uint64_t left = load(&w->away);

	if (load32(&w->doing) == WORK_BETWEEN && left != 0 && now > left &&
	    ticks_to_ns(now - left) >= NO_TASK_NS)
		thread_add(&g->untaken, 1);
}

static void
lock_by_worker(struct thread *t, struct gate *g, enum role role, uint64_t now)
{
	struct work *w = &t->work;

	note_untaken(w, g, now);
	if (role == BRINGS) {
		give_back(t, g);
		gate_push(g, now);
		return;
	}
	/* What a worker locks the mutex for in between is its own business:
	 * the task is over when it comes for the next one. */
	if (role == OTHER)
		return;

	bool is_new = sync_site_is_new(w, g);

	if (is_new)
		thread_add(&g->unclear, 1);
	store32(&w->elsewhere, 0);
	end_task(w, g, now);
	come_for_task(t, g, now);
	note_back(w, g, is_new);
}

static bool
can_be_worker(const struct thread *t, const struct gate *g)
{
	return thread_kin(t) == load(&g->start);
}

/* A thread that has the workers' start routine and has not waited nor signalled
 * yet is taken for a new worker. */
static bool
seems_new_worker(const struct thread *t, const struct gate *g)
{
	const struct work *w = &t->work;

	return load32(&w->kind) == WAIT_RUN &&
	    load32(&w->met) != WORK_BRINGS &&
	    thread_kin(t) == load(&g->start);
}

/* Its first lock says nothing: it may come for its first wait.  From then on
 * it comes for tasks. */
static void
lock_by_new(struct thread *t, struct gate *g, enum role role, uint64_t now)
{
	if (load32(&t->work.met) == WORK_MET)
		lock_by_worker(t, g, role, now);
	store32(&t->work.met, WORK_MET);
}

/* It signals: it was none, and has brought what its first lock was for. */
static void
know_better(struct thread *t, struct gate *g)
{
	if (!seems_new_worker(t, g))
		return;
	if (load32(&t->work.met) == WORK_MET)
		gate_push(g, ticks_now());
	store32(&t->work.met, WORK_BRINGS);
}

/* It has brought something before it ever had to wait, and comes now where
 * workers alone come, for tasks: it is one, and there was always something to
 * do. */
static bool
is_worker_after_all(const struct thread *t, const struct gate *g,
    enum role role)
{
	const struct work *w = &t->work;

	return role == TAKES && load32(&w->met) == WORK_BRINGS &&
	    load32(&w->kind) == WAIT_RUN && can_be_worker(t, g);
}

/* A place where workers come for tasks may be a wrapper around the lock that
 * all use: only who can be a worker is taken for one. */
static void
lock_by_other(struct thread *t, struct gate *g, enum role role,
    struct gate_site *s, uint64_t now)
{
	if (role == OTHER || (role == TAKES && can_be_worker(t, g)))
		return;
	sync_bring(&t->work, g, s, now);
}

void
sync_locked_gate(struct thread *t, const void *mutex, const void *caller)
{
	uint32_t number = gate_find((uint64_t)(uintptr_t)mutex);

	if (number == 0)
		return;

	struct gate *g = gate_at(number);
	struct work *w = &t->work;

	if (load32(&g->kind) != WAIT_COND)
		return;

	sync_bring_none(w);
	sync_bring_settle(g);

	uint32_t site = gate_site_of(g, (uint64_t)(uintptr_t)caller);
	bool worker = load32(&w->gate) == number;
	bool is_new = !worker && seems_new_worker(t, g);

	note_several(w, g);
	store32(&w->locked_gate, number);
	store32(&w->locked_site, site);

	struct gate_site *s = sync_site_last(w, number);
	enum role role = sync_site_role(g, s, worker || is_new);

	if (s != NULL) {
		add32(&s->locks);
		if (load32(&g->idle) != 0)
			add32(&s->idle_locks);
	}
	if (worker || is_worker_after_all(t, g, role))
		lock_by_worker(t, g, role, ticks_now());
	else if (is_new)
		lock_by_new(t, g, role, ticks_now());
	else
		lock_by_other(t, g, role, s, ticks_now());
}

bool
sync_cond_hold_back(struct thread *t, const void *mutex, const void *condition)
{
	struct work *w = &t->work;
	uint64_t brought = load(&w->brought);
	uint32_t number;

	if (likely(brought == 0))
		return false;
	number = gate_find((uint64_t)(uintptr_t)mutex);
	if (number == 0 || load32(&w->locked_gate) != number)
		return false;

	struct gate *g = gate_at(number);

	/* Where workers wait for tasks, who is like them may be one. */
	if (can_be_worker(t, g) &&
	    load(&g->condition) == (uint64_t)(uintptr_t)condition)
		return false;
	sync_bring_none(w);
	return gate_take_back(g, brought - 1);
}

void
sync_cond_put(struct thread *t, const void *mutex)
{
	uint32_t number = gate_find((uint64_t)(uintptr_t)mutex);

	if (number == 0 || load32(&gate_at(number)->kind) != WAIT_COND)
		return;

	struct gate *g = gate_at(number);

	sync_bring_settle(g);
	sync_bring(&t->work, g, sync_site_last(&t->work, number), ticks_now());
}

/* Who is like a worker, has never waited, and signals where workers go straight
 * to their wait, has brought something, through a lock that all use, or has
 * taken something and rings up the next one. */
static bool
may_pass_on(const struct thread *t, const struct gate *g,
    const struct gate_site *s)
{
	return load32(&t->work.kind) == WAIT_RUN && can_be_worker(t, g) &&
	    sync_site_waited_after(s);
}

/* Signals come with the mutex held, or right after. */
void
sync_signal_gate(struct thread *t, const void *condition)
{
	uint64_t key = (uint64_t)(uintptr_t)condition;
	uint32_t number = gate_find(key);

	if (number == 0)
		return;

	struct gate *g = gate_at(number);
	struct gate_site *s = sync_site_last(&t->work, number);

	if (load(&g->condition) != key)
		return;
	thread_add(&g->signals, 1);
	if (can_be_worker(t, g))
		thread_add(&g->passed, 1);
	if (s != NULL && may_pass_on(t, g, s))
		thread_add(&g->unclear, 1);
	know_better(t, g);
	/* A worker may signal the next one when it has taken a task. */
	if (s != NULL && load32(&t->work.gate) != number)
		add32(&s->signals);
	else if (s != NULL && !sync_site_waited_after(s))
		give_back(t, g);
	if (s != NULL)
		sync_bring_signalled(&t->work, g, s);
	if (load32(&g->idle) != 0 && load(&g->signalled) == 0)
		store(&g->signalled, ticks_now());
}
