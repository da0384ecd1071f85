/*
 * pools_turn - workers that wait for their turn to wait for work.
 *
 * Where one worker at a time listens, with a lock in hand, the others wait for
 * that lock (a mutex around accept() or epoll_wait()).  A lock whose holder
 * waits at home is no lock that anybody is held up by in the middle of a task:
 * who waits for it is as idle as its holder.
 */
#include "shim/pools/pools.h"

#include <string.h>

#include "shim/tasks/locks.h"

/* Locks that are waited for, and who waits at home with them in hand. */
static struct lock_table locks;
static struct {
	pid_t tid;
	struct task *task;
} holders[LOCKS];

static void
add_waiter(struct task *task, void *arg)
{
	(void)arg;
	if (task->wait.kind == WAIT_MUTEX && !task->gone)
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
		if (task->tid == holders[i].tid &&
		    waits_with(task, locks.crowd[i].object))
			holders[i].task = task;
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
