/*
 * pools_task - threads that are taken for tasks, and need not be.
 *
 * A program whose first threads ended soon may create others, with the same
 * start routine, that work on.  Who comes back to a wait is a worker of a pool
 * that nobody told us about.  Who waits where it may have its home, for the
 * first time, may be one: in the middle of a task threads wait in the same way.
 * A start routine that runs whatever it is given says nothing of what a thread
 * is for, and one that lives longer than tasks do is seldom one.
 */
#include "common/base/ticks.h"
#include "shim/pools/pools.h"

/* As long as adapt_async.c lets tasks be, on average. */
#define LONG_LIFE_NS (10 * NS_PER_S)
#define SETTLED_NS NS_PER_S

/* For how long it has lived: a task may come back to a wait, too. */
static bool
has_settled(const struct task *task)
{
	uint64_t since, now = ticks_now();

	pool_of(task->thread, &since);
	return ticks_to_ns(now - MIN(now, since)) >= SETTLED_NS;
}

void
pools_task_look(struct task *task, void *arg)
{
	uint64_t visits;

	(void)arg;
	if (task->gone || !pool_thread_is_task(task->thread, &visits))
		return;
	if (pools_name_is_async(thread_kin(task->thread)))
		return;
	if ((visits > 1 || (visits == 1 && pools_member_is_home(task))) &&
	    has_settled(task))
		pool_expel(task->thread);
}

enum crew_doubt
pools_task_doubt(const struct task *task, uint64_t busy_ns)
{
	bool lives_long = busy_ns > LONG_LIFE_NS, waits;
	uint64_t visits;

	if (!pool_thread_is_task(task->thread, &visits))
		return CREW_SURE;
	if (pools_name_is_async(thread_kin(task->thread)))
		return CREW_SURE;
	waits = pools_member_is_home(task);
	if (pools_name_is_general(thread_kin(task->thread)))
		return waits || lives_long ? CREW_DOUBTED : CREW_GUESSED;
	if (waits && lives_long)
		return CREW_DOUBTED;
	return waits || lives_long ? CREW_GUESSED : CREW_SURE;
}
