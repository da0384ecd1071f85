/*
 * locks - waiters counted by lock.
 *
 *	  M 0x55d0c8 mutex held by T42 "x" for=~1.204s waiters=7
 *	      longest=1.310s at=update+0x31	(on one line)
 *
 * for: the holder got the lock so long ago when it had to wait for it itself,
 * while these waiters were there.  Else the first of the waiters who found this
 * holder there came so long ago.  The holder may have had the lock for longer,
 * or, when it was quick, have let it go and taken it again: an estimate.
 */
#include "shim/tasks/locks.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/sys.h"
#include "common/base/ticks.h"
#include "shim/names/place.h"
#include "shim/tasks/whereis.h"

static struct lock_crowd *
crowd_of(struct lock_table *t, const struct task *task)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (t->crowd[i].object == task->wait.object)
			return &t->crowd[i];
	}
	if (t->count == LOCKS)
		return NULL;
	t->crowd[t->count] = (struct lock_crowd){
		.object = task->wait.object,
		.kind = task->wait.kind,
		.first = task,
		.last = task,
	};
	return &t->crowd[t->count++];
}

/* Who came last knows the holder best; that one's time counts from the first
 * who met it. */
static void
note_holder(struct lock_crowd *c, const struct task *task)
{
	pid_t holder = (pid_t)task->wait.holder;
	uint64_t since = task->wait.since_ns;

	if (holder == 0)
		return;
	if (holder == c->told) {
		c->told_since_ns = MIN(c->told_since_ns, since);
	} else if (c->told == 0 || since > c->told_since_ns) {
		c->told = holder;
		c->told_since_ns = since;
	}
}

void
locks_add(struct lock_table *t, const struct task *task)
{
	struct lock_crowd *c;

	if (!wait_kind_is_lock(task->wait.kind) || task->wait.object == 0)
		return;
	c = crowd_of(t, task);
	if (c == NULL) {
		t->lost++;
		return;
	}
	c->waiters++;
	if (task->wait.since_ns < c->first->wait.since_ns)
		c->first = task;
	if (task->wait.since_ns > c->last->wait.since_ns)
		c->last = task;
	note_holder(c, task);
}

const struct lock_crowd *
locks_most(const struct lock_table *t)
{
	const struct lock_crowd *most = NULL;

	for (unsigned i = 0; i < t->count; i++) {
		if (most == NULL || t->crowd[i].waiters > most->waiters)
			most = &t->crowd[i];
	}
	return most;
}

/* The lock may be gone by now: the kernel reads it. */
pid_t
locks_holder(const struct lock_crowd *c)
{
	size_t at = c->kind == WAIT_MUTEX ?
	    offsetof(pthread_mutex_t, __data.__owner) :
	    offsetof(pthread_rwlock_t, __data.__cur_writer);
	int holder = 0;

	if (c->kind == WAIT_LOCK)
		return 0;
	if (sys_copy(&holder, c->object + at, sizeof(holder)) && holder > 0)
		return holder;
	/* Who was told to have it, and came back, has it no more. */
	return c->told != c->last->tid ? c->told : 0;
}

struct wanted {
	pid_t tid;
	struct task *task;
};

static void
match(struct task *task, void *arg)
{
	struct wanted *w = arg;

	if (task->tid == w->tid)
		w->task = task;
}

const struct task *
locks_write_holder(struct buf *b, pid_t holder)
{
	struct wanted w = { .tid = holder };

	if (holder == 0)
		return NULL;
	buf_printf(b, " held by T%d", (int)holder);
	tasks_each(match, &w);
	if (w.task == NULL)
		return NULL;
	tasks_name(w.task);
	buf_str(b, " \"");
	buf_clean(b, w.task->name, sizeof(w.task->name));
	buf_char(b, '"');
	return w.task;
}

static void
write_for(struct buf *b, const char *name, uint64_t now, uint64_t since)
{
	buf_str(b, name);
	buf_seconds(b, now - MIN(now, since), 3);
	buf_char(b, 's');
}

/* When the holder got the lock, as far as that is known; 0 when not. */
static uint64_t
held_since(const struct lock_crowd *c, const struct task *has, pid_t holder)
{
	const struct work *w = has != NULL ? &has->thread->work : NULL;
	uint64_t got = 0;

	if (w != NULL && atomic_load(&w->lock) == c->object)
		got = ticks_to_clock_ns(atomic_load(&w->lock_ticks));
	if (got >= c->first->wait.since_ns)
		return got;
	return holder != 0 && holder == c->told ? c->told_since_ns : 0;
}

void
locks_write_place(struct buf *b, const struct lock_crowd *c)
{
	if (c->kind != WAIT_LOCK || !whereis_write_lock(b, c->last))
		place_write(b, c->first->wait.caller);
}

static void
write_crowd(struct buf *b, const struct lock_crowd *c, uint64_t now)
{
	pid_t holder = locks_holder(c);
	const struct task *has;
	uint64_t since;

	buf_printf(b, "  M 0x%llx %s", (unsigned long long)c->object,
	    wait_kind_name(c->kind));
	has = locks_write_holder(b, holder);
	since = held_since(c, has, holder);
	if (since != 0)
		write_for(b, " for=~", now, since);
	buf_printf(b, " waiters=%u", c->waiters);
	write_for(b, " longest=", now, c->first->wait.since_ns);
	if (c->first->wait.caller == 0)
		return;
	buf_str(b, " at=");
	locks_write_place(b, c);
}

static void
add(struct task *task, void *table)
{
	locks_add(table, task);
}

void
locks_print(struct lines *to, uint64_t now)
{
	static struct lock_table t;

	t.count = t.lost = 0;
	tasks_each(add, &t);
	for (unsigned i = 0; i < t.count; i++) {
		write_crowd(&to->text, &t.crowd[i], now);
		lines_end_line(to);
	}
	if (t.lost == 0)
		return;
	buf_printf(&to->text, "  M ... %u waiters of other locks", t.lost);
	lines_end_line(to);
}
