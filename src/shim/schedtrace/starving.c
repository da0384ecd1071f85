/*
 * starving - evidence is gathered in one walk over the threads, for the pools
 * that starve alone; mostly there is none.
 */
#include "shim/schedtrace/starving.h"

#include <string.h>

#include "common/base/clock.h"
#include "shim/names/place.h"
#include "shim/schedtrace/verdict.h"
#include "shim/tasks/locks.h"
#include "shim/tasks/whereis.h"

enum { CASES = 4, WORKERS = 32, PLACES = 4, PLACE_MAX = 160 };

struct hunger {
	const struct poolview *v;
	struct verdict verdict;
	unsigned busy;				/* workers, of which are here */
	unsigned workers;
	const struct task *worker[WORKERS];
	struct lock_table locks;
	uint64_t others_ns;		/* CPU time of all other threads */
	struct task *most;		/* which of them used the most */
};

static struct {
	unsigned count;
	struct hunger hunger[CASES];
	uint64_t spent_from, budget_ns;
} s;

struct spot {
	char text[PLACE_MAX];
	unsigned workers;
};

static void
judge_all(const struct poolline_list *list)
{
	s.count = 0;
	for (unsigned i = 0; i < list->count; i++) {
		struct crew *c = crew_of(list->view[i].number);
		struct verdict j;

		if (c == NULL)
			continue;
		j = verdict_judge(&list->view[i], c);
		if (!j.starves || s.count == CASES)
			continue;
		memset(&s.hunger[s.count], 0, sizeof(s.hunger[0]));
		s.hunger[s.count].v = &list->view[i];
		s.hunger[s.count++].verdict = j;
	}
}

static void
add_worker(struct hunger *h, const struct task *task, uint64_t busy_ns)
{
	if (busy_ns == 0)
		return;
	locks_add(&h->locks, task);
	h->busy++;
	if (h->workers < WORKERS)
		h->worker[h->workers++] = task;
}

static void
add_task(struct task *task, void *arg)
{
	uint64_t busy_ns;
	unsigned number = poolview_of(task, &busy_ns);

	(void)arg;
	for (unsigned i = 0; i < s.count; i++) {
		struct hunger *h = &s.hunger[i];

		if (h->v->number == number) {
			add_worker(h, task, busy_ns);
			continue;
		}
		h->others_ns += task->ran_ns;
		if (h->most == NULL || task->ran_ns > h->most->ran_ns)
			h->most = task;
	}
}

static bool
may_look(void)
{
	return clock_thread_cpu_ns() - s.spent_from < s.budget_ns;
}

/* Where a worker is, as far as it may be found out now: "-" when not. */
static const char *
spot_of(const struct task *task, char text[PLACE_MAX])
{
	struct buf b = { .data = text, .cap = PLACE_MAX };

	if (!may_look() || !whereis_write(&b, task)) {
		b.len = 0;
		buf_char(&b, '-');
	}
	return buf_cstr(&b);
}

static const struct task *
worker_of_tid(const struct hunger *h, pid_t tid)
{
	for (unsigned i = 0; i < h->workers; i++) {
		if (h->worker[i]->tid == tid)
			return h->worker[i];
	}
	return NULL;
}

static void
write_longest(struct buf *b, const struct hunger *h)
{
	const struct task *task = worker_of_tid(h, h->v->longest_tid);
	char text[PLACE_MAX];

	buf_str(b, ", longest task runs ");
	if (h->v->longest_known == ESTIMATED)
		buf_char(b, '~');
	buf_seconds(b, h->v->longest_ns, 1);
	buf_char(b, 's');
	if (task == NULL || strcmp(spot_of(task, text), "-") == 0)
		return;
	buf_printf(b, " in %s", text);
}

static void
write_lock(struct buf *b, const struct hunger *h)
{
	const struct lock_crowd *c = locks_most(&h->locks);
	const struct task *holder;
	char text[PLACE_MAX];

	if (c == NULL || c->waiters * 2 < h->busy)
		return;
	buf_printf(b, ", %u workers wait for %s 0x%llx", c->waiters,
	    wait_kind_name(c->kind), (unsigned long long)c->object);
	if (c->first->wait.caller != 0) {
		buf_str(b, " at ");
		locks_write_place(b, c);
	}
	holder = locks_write_holder(b, locks_holder(c));
	/* Who got it since the look is not where it was then. */
	if (holder != NULL && holder->wait.seq ==
	    atomic_load(&holder->thread->wait.seq) &&
	    strcmp(spot_of(holder, text), "-") != 0)
		buf_printf(b, " in %s", text);
}

/* How many of the busy workers wait for the condition or the semaphore that
 * @task waits for. */
static unsigned
count_beside(const struct hunger *h, const struct task *task)
{
	unsigned n = 0;

	if (task->wait.kind != WAIT_COND && task->wait.kind != WAIT_SEM)
		return 0;
	for (unsigned i = 0; i < h->workers; i++)
		n += h->worker[i]->wait.kind == task->wait.kind &&
		    h->worker[i]->wait.object == task->wait.object;
	return n;
}

/* Two in three of the workers wait, in the middle of their tasks, for one
 * thing: more of them would wait for it, too.  True when that is said. */
static bool
write_held_up(struct buf *b, const struct hunger *h)
{
	const struct task *one = NULL;
	unsigned most = 1;

	for (unsigned i = 0; i < h->workers; i++) {
		unsigned n = count_beside(h, h->worker[i]);

		if (n > most) {
			most = n;
			one = h->worker[i];
		}
	}
	if (one == NULL || most * 3 < h->workers * 2)
		return false;
	buf_printf(b, ", %u workers wait for %s 0x%llx", most,
	    wait_kind_name(one->wait.kind),
	    (unsigned long long)one->wait.object);
	if (one->wait.caller != 0) {
		buf_str(b, " at ");
		place_write(b, one->wait.caller);
	}
	return true;
}

static uint64_t
percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (part * 100 + whole / 2) / whole;
}

/* Who else used the CPUs of this process is known; when it is nobody, they
 * were taken by others. */
static void
write_delay(struct buf *b, const struct hunger *h)
{
	uint64_t period = h->v->period_ns;

	buf_printf(b, ", workers runnable but not running %u%%",
	    h->verdict.delayed);
	buf_printf(b, ", other threads use %llu%% CPU",
	    (unsigned long long)percent(h->others_ns, period));
	if (h->most == NULL || h->most->ran_ns * 100 < period)
		return;
	tasks_name(h->most);
	buf_printf(b, ", most T%d \"", (int)h->most->tid);
	buf_clean(b, h->most->name, sizeof(h->most->name));
	buf_printf(b, "\" %llu%%",
	    (unsigned long long)percent(h->most->ran_ns, period));
}

static bool
joins(struct spot *spots, unsigned n, const char *text)
{
	for (unsigned i = 0; i < n; i++) {
		if (strcmp(spots[i].text, text) == 0) {
			spots[i].workers++;
			return true;
		}
	}
	return false;
}

static void
write_spots(struct buf *b, const struct spot *spots, unsigned n,
    unsigned rest)
{
	unsigned sep = 0;

	for (unsigned i = 0; i < n; i++)
		buf_printf(b, "%s%s x%u", sep++ == 0 ? ", workers in: " : ", ",
		    spots[i].text, spots[i].workers);
	if (rest != 0 && sep != 0)
		buf_printf(b, ", - x%u", rest);
}

/* The workers by where they are; whose place is not known come last. */
static void
write_places(struct buf *b, const struct hunger *h)
{
	static struct spot spots[PLACES];
	unsigned n = 0, rest = h->busy - h->workers;
	char text[PLACE_MAX];

	for (unsigned i = 0; i < h->workers; i++) {
		const char *at = spot_of(h->worker[i], text);

		if (strcmp(at, "-") == 0) {
			rest++;
		} else if (!joins(spots, n, at)) {
			if (n == PLACES) {
				rest++;
				continue;
			}
			memcpy(spots[n].text, text, sizeof(text));
			spots[n++].workers = 1;
		}
	}
	write_spots(b, spots, n, rest);
}

static void
write_hunger(struct buf *b, const struct hunger *h)
{
	const struct verdict *j = &h->verdict;
	enum cause cause = j->cause;

	verdict_write(b, h->v, j);
	if (j->slow)
		write_longest(b, h);
	write_lock(b, h);
	if (cause == CAUSE_FEW && write_held_up(b, h))
		cause = CAUSE_HELD_UP;
	if (j->cause == CAUSE_NO_CPU)
		write_delay(b, h);
	/* Where a convoy and a single slow task are has been said. */
	if (j->cause != CAUSE_CONVOY && !(j->slow && h->busy == 1))
		write_places(b, h);
	verdict_write_cause(b, cause);
}

void
starving_print(struct lines *to, uint64_t ms, const struct poolline_list *list,
    uint64_t budget_ns)
{
	judge_all(list);
	if (s.count == 0)
		return;
	s.spent_from = clock_thread_cpu_ns();
	s.budget_ns = budget_ns;
	tasks_each(add_task, NULL);
	for (unsigned i = 0; i < s.count; i++) {
		buf_printf(&to->text, "POOL %llums: ", (unsigned long long)ms);
		write_hunger(&to->text, &s.hunger[i]);
		lines_end_line(to);
	}
}
