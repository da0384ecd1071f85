/*
 * pools_turn - workers that wait for their turn to wait for work.
 *
 * Where one worker at a time listens, with a lock in hand, the others wait for
 * that lock (a mutex around accept() or epoll_wait()).  A lock whose holder
 * waits at home is no lock that anybody is held up by in the middle of a task:
 * who waits for it is as idle as its holder.
 *
 * Where several wait for a lock that one of their own kin works with, they hold
 * each other up: a lock convoy, in which nobody is idle.
 */
#include "shim/pools/pools.h"

#include <string.h>

#include "shim/tasks/locks.h"

/* A lock is a convoy's for so many periods after it was seen to be: at some
 * looks nobody has it. */
enum { CONVOYS = 16, CONVOY_KEPT = 8, CONVOY_WAITERS = 2 };

/* Locks that are waited for, whose kin has them in hand, and who waits at home
 * with them. */
static struct lock_table locks;
static struct {
	pid_t tid;
	uint64_t kin;
	struct task *task;
} holders[LOCKS];

static struct convoy {
	uint64_t lock, kin;
	uint32_t seen;		/* the last period; 0: a free place */
} convoys[CONVOYS];

static void
add_waiter(struct task *task, void *arg)
{
	(void)arg;
	if (!task->gone)
		locks_add(&locks, task);
}

/* A condition's mutex is let go of while one waits for that.  Who has ended its
 * wait since the look has taken the lock for something else. */
static bool
waits_with(const struct task *task, uint64_t lock)
{
	const struct thread *t = task->thread;

	return pools_member_is_home(task) &&
	    atomic_load(&t->wait.seq) == task->wait.seq &&
	    (task->wait.kind != WAIT_COND ||
	    gate_find(lock) != atomic_load(&t->work.gate));
}

static void
find_holder(struct task *task, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < locks.count; i++) {
		if (task->tid != holders[i].tid)
			continue;
		holders[i].kin = thread_kin(task->thread);
		if (waits_with(task, locks.crowd[i].object))
			holders[i].task = task;
	}
}

static bool
is_over(const struct convoy *c)
{
	return c->seen == 0 || pools_period - c->seen > CONVOY_KEPT;
}

static void
note_convoy(uint64_t lock, uint64_t kin)
{
	struct convoy *at = NULL;

	for (struct convoy *c = convoys; c < convoys + CONVOYS; c++) {
		if (c->lock == lock && c->kin == kin)
			at = c;
		else if (at == NULL && is_over(c))
			at = c;
	}
	if (at != NULL)
		*at = (struct convoy){ lock, kin, pools_period };
}

/* It has waited for a lock before, in this period, got that, and waits anew. */
static bool
comes_again(const struct task *task)
{
	uint64_t now = task->lockwait_ns - task->wait.lockwait_ns;

	return task->wait.seq != task->seq_before &&
	    task->lockwaited_ns > now;
}

/* Whose kin a lock's waiters are, when one of those has it, as far as is known,
 * and works; 0. */
static uint64_t
kin_of_convoy(unsigned i)
{
	const struct lock_crowd *c = &locks.crowd[i];
	uint64_t kin = thread_kin(c->first->thread);

	if (c->waiters < CONVOY_WAITERS || holders[i].task != NULL ||
	    thread_kin(c->last->thread) != kin)
		return 0;
	if (holders[i].tid == 0)
		return comes_again(c->last) ? kin : 0;
	return holders[i].kin == kin ? kin : 0;
}

static void
look_for_convoys(void)
{
	for (unsigned i = 0; i < locks.count; i++) {
		uint64_t kin = kin_of_convoy(i);

		if (kin != 0)
			note_convoy(locks.crowd[i].object, kin);
	}
}

void
pools_turn_look(void)
{
	locks.count = locks.lost = 0;
	memset(holders, 0, sizeof(holders));
	tasks_each(add_waiter, NULL);
	if (locks.count == 0)
		return;
	for (unsigned i = 0; i < locks.count; i++)
		holders[i].tid = locks_holder(&locks.crowd[i]);
	tasks_each(find_holder, NULL);
	look_for_convoys();
}

bool
pools_turn_goes_on(uint64_t lock, uint64_t kin)
{
	for (const struct convoy *c = convoys; c < convoys + CONVOYS; c++) {
		if (c->lock == lock && c->kin == kin && !is_over(c))
			return true;
	}
	return false;
}

bool
pools_turn_is_convoy(const struct task *task)
{
	return wait_kind_is_lock(task->wait.kind) && pools_turn_goes_on(
	    task->wait.object, thread_kin(task->thread));
}

void
pools_turn_forget(void)
{
	memset(convoys, 0, sizeof(convoys));
}

struct task *
pools_turn_of(const struct task *task)
{
	if (task->wait.kind != WAIT_MUTEX)
		return NULL;
	for (unsigned i = 0; i < locks.count; i++) {
		if (locks.crowd[i].object == task->wait.object)
			return holders[i].task;
	}
	return NULL;
}
