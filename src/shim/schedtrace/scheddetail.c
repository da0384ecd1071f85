/*
 * scheddetail - the T lines.
 *
 *	  T4242 "worker-3": state=S cond(0x55d0c8) for=1.204s pool=libuv#1
 *	      at=wait+0x31 cpu=2 run=12.3ms delay=0.4ms vcsw=12 ivcsw=0
 *	      (on one line)
 *	  T* x9987 "conn": state=S cond worker_loop+0x31
 *	  T ... 31 more
 *	  M 0x55d0c8 mutex held by T42 "x" ...	(see locks)
 *
 * run, delay and the switches are those since the line before, or since the
 * thread was born when it is new.  Threads are put together when there are
 * many and when they wait for the same kind of thing at the same place, have
 * names that differ in a number at most, and have not run since the line
 * before.
 */
#include "shim/schedtrace/scheddetail.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/mem.h"
#include "shim/names/place.h"
#include "shim/schedtrace/poolline.h"
#include "shim/tasks/locks.h"
#include "shim/tasks/syscalls.h"

enum { GROUPS = 64 };

struct group {
	const struct task *first;
	size_t stem;
	unsigned count;
	bool named_alike;
};

static struct {
	struct task *line[DETAIL_LINES];	/* busiest first */
	unsigned lines, left_out;
	struct group group[GROUPS];
	unsigned groups;
	bool may_group;
	uint64_t now;
} d;

/* "worker-12" is of the family "worker-": the length of what is left of @name
 * without the digits at its end. */
static size_t
stem_of(const char *name)
{
	size_t n = strlen(name);

	while (n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9')
		n--;
	return n;
}

static bool
is_quiet(const struct task *task)
{
	return task->wait.kind != WAIT_RUN && task->state == 'S' &&
	    task->wait.seq == task->seq_before && task->ran_ns == 0;
}

static bool
joins(struct group *g, const struct task *task, size_t stem)
{
	const struct task *first = g->first;

	if (first->wait.kind != task->wait.kind ||
	    first->wait.caller != task->wait.caller || g->stem != stem ||
	    memcmp(first->name, task->name, stem) != 0)
		return false;
	if (strcmp(first->name, task->name) != 0)
		g->named_alike = false;
	g->count++;
	return true;
}

/* False when there is no group for it and no room for another. */
static bool
put_in_group(struct task *task)
{
	size_t stem = stem_of(task->name);

	for (unsigned i = 0; i < d.groups; i++) {
		if (joins(&d.group[i], task, stem))
			return true;
	}
	if (d.groups == GROUPS)
		return false;
	d.group[d.groups++] = (struct group){
		.first = task,
		.stem = stem,
		.count = 1,
		.named_alike = true,
	};
	return true;
}

static bool
is_busier(const struct task *a, const struct task *b)
{
	if (a->ran_ns != b->ran_ns)
		return a->ran_ns > b->ran_ns;
	if (a->delayed_ns != b->delayed_ns)
		return a->delayed_ns > b->delayed_ns;
	return a->tid < b->tid;
}

/* Into the list by insertion; who falls out at its end is counted. */
static void
put_in_list(struct task *task)
{
	unsigned at = d.lines;

	if (at == DETAIL_LINES) {
		d.left_out++;
		if (!is_busier(task, d.line[at - 1]))
			return;
		at--;
	} else {
		d.lines++;
	}
	while (at > 0 && is_busier(task, d.line[at - 1])) {
		d.line[at] = d.line[at - 1];
		at--;
	}
	d.line[at] = task;
}

static void
place_task(struct task *task, void *arg)
{
	(void)arg;
	tasks_name(task);
	if (!d.may_group || !is_quiet(task) || !put_in_group(task))
		put_in_list(task);
}

/* A group of one is a thread like any other. */
static void
dissolve(void)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < d.groups; i++) {
		if (d.group[i].count > 1)
			d.group[kept++] = d.group[i];
		else
			put_in_list((struct task *)(uintptr_t)
			    d.group[i].first);
	}
	d.groups = kept;
}

static void
write_tid_of(struct buf *b, const char *what, uint64_t handle)
{
	struct thread *t = thread_by_handle(handle);

	buf_str(b, what);
	if (t != NULL)
		buf_printf(b, "(T%d)", (int)atomic_load(&t->tid));
}

static void
write_wait(struct buf *b, const struct wait_copy *w)
{
	const char *name = wait_kind_name(w->kind);

	switch (w->kind) {
	case WAIT_EPOLL: case WAIT_ACCEPT: case WAIT_READ:
		buf_printf(b, "%s(%llu)", name,
		    (unsigned long long)w->object);
		break;
	case WAIT_POLL: case WAIT_SELECT:
		buf_printf(b, "%s(n=%llu)", name,
		    (unsigned long long)w->object);
		break;
	case WAIT_JOIN:
		write_tid_of(b, name, w->object);
		break;
	case WAIT_CHILD:
		buf_str(b, name);
		if (w->object != 0)
			buf_printf(b, "(%llu)", (unsigned long long)w->object);
		break;
	case WAIT_SLEEP: case WAIT_SIGNAL: case WAIT_RUN:
		buf_str(b, name);
		break;
	default:
		buf_printf(b, "%s(0x%llx", name,
		    (unsigned long long)w->object);
		if (w->holder != 0)
			buf_printf(b, " held by T%d", (int)w->holder);
		buf_char(b, ')');
		break;
	}
}

/* A thread that announced nothing and sleeps is in a call that we do not stand
 * in front of, or came into it before we were armed. */
static void
write_state(struct buf *b, const struct task *task)
{
	uint64_t first;
	long nr;

	if (task->state == 0)
		buf_char(b, '?');
	else
		buf_char(b, task->state);
	if (task->state == 'R') {
		if (!task->on_cpu)
			buf_str(b, " queued");
		if (task->spins)
			buf_str(b, " spinning");
		return;
	}
	if (task->wait.kind != WAIT_RUN) {
		buf_char(b, ' ');
		write_wait(b, &task->wait);
	} else if ((task->state == 'S' || task->state == 'D') &&
	    procfs_syscall(task->tid, &nr, &first) && nr >= 0) {
		buf_char(b, ' ');
		syscalls_write(b, nr, first);
	}
}

static void
write_switches(struct buf *b, struct task *task)
{
	uint64_t voluntary, forced;

	if (!procfs_switches(task->tid, &voluntary, &forced)) {
		buf_str(b, " vcsw=- ivcsw=-");
		return;
	}
	buf_printf(b, " vcsw=%llu ivcsw=%llu",
	    (unsigned long long)(voluntary - task->switches),
	    (unsigned long long)(forced - task->switches_forced));
	task->switches = voluntary;
	task->switches_forced = forced;
}

static void
write_pool(struct buf *b, const struct task *task)
{
	uint64_t busy_ns;
	unsigned number = poolview_of(task, &busy_ns);
	const char *name = number != 0 ? poolview_name(number) : NULL;

	if (name == NULL)
		return;
	buf_str(b, " pool=");
	poolline_write_name(b, name, number);
}

static void
write_at(struct buf *b, const struct task *task)
{
	if (task->wait.kind == WAIT_RUN || task->state == 'R' ||
	    task->wait.caller == 0)
		return;
	buf_str(b, " at=");
	place_write(b, task->wait.caller);
}

static void
write_task(struct buf *b, struct task *task)
{
	buf_printf(b, "  T%d \"", (int)task->tid);
	buf_clean(b, task->name, sizeof(task->name));
	buf_str(b, "\": state=");
	write_state(b, task);
	if (task->wait.kind != WAIT_RUN && task->state != 'R') {
		buf_str(b, " for=");
		buf_seconds(b, d.now - MIN(d.now, task->wait.since_ns), 3);
		buf_char(b, 's');
	}
	write_pool(b, task);
	write_at(b, task);
	buf_str(b, " cpu=");
	if (task->cpu >= 0)
		buf_u64(b, (uint64_t)task->cpu);
	else
		buf_char(b, '-');
	buf_str(b, " run=");
	buf_go_ms(b, task->ran_ns);
	buf_str(b, "ms delay=");
	buf_go_ms(b, task->delayed_ns);
	buf_str(b, "ms");
	write_switches(b, task);
}

static void
write_group(struct buf *b, const struct group *g)
{
	const struct task *first = g->first;

	buf_printf(b, "  T* x%u \"", g->count);
	if (g->named_alike) {
		buf_clean(b, first->name, sizeof(first->name));
	} else {
		buf_clean(b, first->name, g->stem);
		buf_char(b, '*');
	}
	buf_printf(b, "\": state=%c %s ", first->state,
	    wait_kind_name(first->wait.kind));
	place_write(b, first->wait.caller);
}

void
scheddetail_print(struct lines *to, const struct tasks_look *l)
{
	d.lines = d.left_out = d.groups = 0;
	d.may_group = l->threads > DETAIL_ALONE;
	d.now = l->at_ns;
	tasks_each(place_task, NULL);
	dissolve();
	for (unsigned i = 0; i < d.lines; i++) {
		write_task(&to->text, d.line[i]);
		lines_end_line(to);
	}
	for (unsigned i = 0; i < d.groups; i++) {
		write_group(&to->text, &d.group[i]);
		lines_end_line(to);
	}
	if (d.left_out != 0) {
		buf_printf(&to->text, "  T ... %u more", d.left_out);
		lines_end_line(to);
	}
	locks_print(to, l->at_ns);
}
