/*
 * crew - a hash table by the pool's number.
 *
 * Places are never emptied while the table is searched: the crew of a pool
 * that is gone gives its place to a new one that comes by.
 */
#include "shim/tasks/crew.h"

#include <string.h>

static struct crew crews[CREWS];
static uint32_t period;
static uint64_t length_ns;

void
crew_begin(uint64_t period_ns)
{
	period++;
	length_ns = period_ns;
}

/* Two periods without a name or a worker: the pool is gone. */
static bool
is_stale(const struct crew *c)
{
	return c->number != 0 && period - c->period > 1;
}

/* What was counted in an earlier period is none of this one's. */
static struct crew *
refresh(struct crew *c)
{
	if (c->period == period)
		return c;
	c->period = period;
	c->workers = c->busy = c->blocked = c->stuck = 0;
	c->unread = c->untimed = 0;
	c->doubt = CREW_SURE;
	c->cpu_ns = c->delay_ns = c->lockwait_ns = 0;
	c->longest_ns = 0;
	c->longest_tid = 0;
	return c;
}

/* Its own place, or the first that it may have; NULL: neither. */
static struct crew *
place_of(unsigned number, bool make)
{
	struct crew *room = NULL;

	for (unsigned i = 0; i < CREWS; i++) {
		struct crew *c = &crews[(number + i) % CREWS];

		if (c->number == number)
			return c;
		if (room == NULL && (c->number == 0 || is_stale(c)))
			room = c;
		if (c->number == 0)
			break;
	}
	if (room != NULL && make)
		*room = (struct crew){ .number = number, .period = period - 1 };
	return make ? room : NULL;
}

struct crew *
crew_of(unsigned number)
{
	struct crew *c = place_of(number, true);

	return c != NULL ? refresh(c) : NULL;
}

struct crew *
crew_find(unsigned number)
{
	struct crew *c = place_of(number, false);

	return c == NULL || is_stale(c) ? NULL : refresh(c);
}

static bool
is_blocked(const struct task *task)
{
	if (task->wait.kind != WAIT_RUN && task->wait.kind != WAIT_SPIN)
		return true;
	return task->fresh && (task->state == 'S' || task->state == 'D');
}

void
crew_count(unsigned number, const struct task *task, uint64_t busy_ns)
{
	struct crew *c = crew_of(number);

	if (c == NULL)
		return;
	c->workers++;
	c->untimed += !task->timed;
	c->cpu_ns += task->ran_ns;
	c->delay_ns += task->delayed_ns;
	c->lockwait_ns += task->lockwaited_ns;
	if (busy_ns == 0)
		return;
	c->busy++;
	c->blocked += is_blocked(task);
	c->unread += !task->fresh;
	c->stuck += busy_ns >= length_ns;
	if (busy_ns <= c->longest_ns)
		return;
	c->longest_ns = busy_ns;
	c->longest_tid = task->tid;
}

void
crew_forget(void)
{
	memset(crews, 0, sizeof(crews));
	period = 0;
}
