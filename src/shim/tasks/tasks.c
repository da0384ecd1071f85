/*
 * tasks - the look itself.
 *
 * The order of reading is the order of worth: the state of threads that
 * announce no wait; the run delay of threads that did something; then, when
 * the machine has more runnable threads than were found, the state of waiting
 * threads, which may have been woken and not yet have got a CPU.
 */
#include "shim/tasks/tasks.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/sys.h"
#include "shim/sched/pool.h"
#include "shim/tasks/tasks_table.h"

enum {
	AT_LEAST = 16, CHECK_EACH = 32, FIRST_COST_NS = 4000,
	YIELD_NS = 10000000, NAME_LOOKS = 1 << 16,
};

static uint64_t cost_ns = FIRST_COST_NS;	/* of one file; smoothed */
static uint64_t walk_ns;	/* of a look that reads nothing; smoothed */
static uint32_t mover_cursor, waiter_cursor;	/* where to go on reading */
static uint64_t last_look_ns;
static int64_t names_left;	/* that the last look's budget allows for */
static uint32_t skip_agree;	/* looks to go until the next agreement */

struct looking {
	struct tasks_look *out;
	struct task **task;
	unsigned n;
	int64_t reads_left;
	uint64_t start_ns, most_ns;	/* CPU time: of the start, to be used */
	int my_cpu;
};

static bool
is_waiting(const struct task *task)
{
	return task->wait.kind != WAIT_RUN && task->wait.kind != WAIT_SPIN;
}

/* Has done something since the look before, or was not met then. */
static bool
has_moved(const struct task *task)
{
	return !is_waiting(task) || task->wait.seq != task->seq_before ||
	    task->state == 0;
}

/* One file was read.  The number that may be read is a forecast; the clock has
 * the last word. */
static void
spend(struct looking *l)
{
	l->reads_left--;
	if (l->reads_left % CHECK_EACH == 0 &&
	    clock_thread_cpu_ns() - l->start_ns > l->most_ns)
		l->reads_left = 0;
}

/* Few threads may all keep their files open; of many, those that move. */
static bool
may_keep(const struct looking *l, const struct task *task)
{
	return l->n <= PROCFS_KEPT / 2 || has_moved(task);
}

/* Of a thread that announces no wait, nor told of a pool, only the kernel
 * knows what it waits for. */
static void
read_blocked(struct looking *l, struct task *task)
{
	const struct thread *t = task->thread;
	uint64_t busy_since;

	task->blocked.sp = 0;
	if (task->state != 'S' || task->passing || is_waiting(task) ||
	    atomic_load(&t->start_routine) == 0 ||
	    pool_of(t, &busy_since) != 0)
		return;
	spend(l);
	if (!procfs_blocked(task->tid, &task->blocked))
		task->blocked.sp = 0;
}

/* It was met outside any wait that it announces, and sleeps by now: in such a
 * wait, which it has begun since, or been through. */
static bool
has_begun_wait(const struct task *task)
{
	struct wait_copy now;

	return task->wait.kind == WAIT_RUN &&
	    wait_read(task->thread, &now) && now.seq != task->wait.seq;
}

/* A thread begins with its creator's name, and whoever knows it may give it
 * another one while it sleeps: it is read again, after twice as many looks each
 * time that it was the same. */
static void
take_name(struct task *task, const char name[sizeof(task->name)])
{
	bool same = strncmp(task->name, name, sizeof(task->name)) == 0;

	task->name_looks = same ? MIN(task->name_looks * 2, NAME_LOOKS) : 1;
	task->name_due = task->look + task->name_looks;
	memcpy(task->name, name, sizeof(task->name));
}

static void
read_state(struct looking *l, struct task *task)
{
	struct proc_stat st;
	int err = procfs_stat(task->tid, &task->files, may_keep(l, task), &st);

	spend(l);
	if (err == -ESRCH) {
		task->gone = true;
		return;
	}
	if (err != 0)
		return;
	task->state = st.state;
	task->cpu = st.cpu;
	task->fresh = true;
	take_name(task, st.name);
	task->passing = task->state == 'S' && has_begun_wait(task);
	read_blocked(l, task);
}

/* Born since the look before. */
static bool
is_new(const struct task *task)
{
	return last_look_ns == 0 ||
	    atomic_load(&task->thread->born_ns) >= last_look_ns;
}

static void
read_delay(struct looking *l, struct task *task)
{
	struct procfs_sched s;
	int err = procfs_schedstat(task->tid, &task->files,
	    may_keep(l, task), &s);
	bool counts = task->was_read || is_new(task);

	spend(l);
	if (err != 0) {
		if (err != -ESRCH && !task->was_read)
			l->out->delay_known = false;
		return;
	}
	/* What an older thread did before it was first read is of no period. */
	if (counts) {
		task->ran_ns = s.run_ns - MIN(s.run_ns, task->run_ns);
		task->delayed_ns = s.delay_ns -
		    MIN(s.delay_ns, task->delay_ns);
	}
	task->timed = counts && !task->behind;
	task->behind = false;
	task->was_read = true;
	task->run_ns = s.run_ns;
	task->delay_ns = s.delay_ns;
	l->out->delay_ns += task->delayed_ns;
}

/* Threads that announce no wait: what they do, only the kernel knows. */
static void
read_movers(struct looking *l)
{
	uint32_t from = l->n != 0 ? mover_cursor % l->n : 0;
	unsigned done = l->n;

	for (unsigned i = 0; i < l->n; i++) {
		struct task *task = l->task[(from + i) % l->n];

		if (!has_moved(task)) {
			task->timed = true;
			continue;
		}
		if (l->reads_left < 2) {
			l->out->estimated = true;
			task->behind = true;
			done = MIN(done, i);
			continue;
		}
		read_delay(l, task);
		if (!is_waiting(task))
			read_state(l, task);
	}
	mover_cursor = from + done;
}

/* A waiting thread that has been woken is runnable before it can say so.  The
 * machine's count of runnable threads tells whether there can be any; it
 * counts this thread, too. */
static void
read_waiters(struct looking *l)
{
	unsigned found = 1, i;
	uint64_t runnable = UINT64_MAX;

	if (l->n == 0)
		return;
	for (i = 0; i < l->n; i++)
		found += l->task[i]->fresh && l->task[i]->state == 'R';
	procfs_runnable(&runnable);

	uint32_t from = waiter_cursor % l->n;

	for (i = 0; i < l->n && found < runnable; i++) {
		struct task *task = l->task[(from + i) % l->n];

		if (!is_waiting(task) || task->fresh)
			continue;
		if (l->reads_left < 1) {
			l->out->estimated = true;
			break;
		}
		read_state(l, task);
		found += task->fresh && task->state == 'R';
	}
	waiter_cursor = from + i;
}

/* What follows from the wait needs no reading. */
static void
believe_waiters(struct looking *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		struct task *task = l->task[i];

		if (!is_waiting(task) || task->fresh || task->gone)
			continue;
		task->state = 'S';
		task->fresh = true;
	}
}

static void
note_clocks(struct looking *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		struct task *task = l->task[i];

		if (task->fresh && task->state == 'R')
			task->clock_ns = procfs_clock(task->tid);
	}
}

/* A runnable thread has a CPU when its clock goes on.  On the CPU that we are
 * on nobody else can: there, the first one would run if it were not for us. */
static void
tell_running(struct looking *l)
{
	bool displaced = false;

	for (unsigned i = 0; i < l->n; i++) {
		struct task *task = l->task[i];

		if (!task->fresh || task->state != 'R')
			continue;
		task->on_cpu = procfs_clock(task->tid) != task->clock_ns;
		if (task->on_cpu)
			continue;
		if (task->cpu == l->my_cpu && !displaced) {
			displaced = true;
			task->on_cpu = true;
			continue;
		}
		/* It may have gone to sleep in the meantime. */
		read_state(l, task);
	}
}

static bool
is_spinning(struct task *task, uint64_t now)
{
	uint64_t yields = atomic_load(&task->thread->yields);
	uint64_t last = atomic_load(&task->thread->yielded_ns);
	bool often = yields - task->yields >= 2;

	task->yields = yields;
	if (task->wait.kind == WAIT_SPIN && task->wait.object != 0)
		return true; /* on a lock; yielding has no object */
	return often && !is_waiting(task) &&
	    (task->wait.kind == WAIT_SPIN || last + YIELD_NS > now);
}

static bool
is_asleep(const struct task *task)
{
	return task->state != 0 && strchr("SDITt", task->state) != NULL;
}

static void
count_cpu(struct tasks_look *out, const struct task *task)
{
	if (task->cpu < 0 || task->cpu >= TASKS_CPUS)
		return;
	if ((unsigned)task->cpu >= out->cpus)
		out->cpus = (unsigned)task->cpu + 1;
	if (task->on_cpu)
		out->running_cpus[task->cpu / 64] |= 1ull << task->cpu % 64;
	else
		out->queued_on[task->cpu]++;
}

static void
count(struct looking *l, struct task *task)
{
	struct tasks_look *out = l->out;

	/* Who sleeps now does not spin; an earlier look's state is not now. */
	task->spins = is_spinning(task, out->at_ns) &&
	    !(task->fresh && is_asleep(task));
	if (task->gone)
		return;
	if (!task->fresh)
		out->estimated = true;
	out->spinning += task->spins;
	if (task->state == 'R') {
		out->queued += task->fresh && !task->on_cpu;
		if (task->fresh)
			count_cpu(out, task);
	} else if (is_asleep(task) && !task->spins) {
		out->idle++;
	}
}

/* The record counts the waits that are over, under all its owners: the first
 * look at a thread can compare only when it is the first owner. */
static void
count_lockwait(struct task *task, uint64_t now)
{
	uint64_t waited = task->wait.lockwait_ns;
	bool counts = task->met_before || (task->generation == 0 &&
	    is_new(task));

	if (wait_kind_is_lock(task->wait.kind) && now > task->wait.since_ns)
		waited += now - task->wait.since_ns;
	task->lockwaited_ns = 0;
	if (counts)
		task->lockwaited_ns = waited - MIN(waited, task->lockwait_ns);
	task->lockwait_ns = waited;
	task->met_before = true;
}

/* Who was met and has not gone in the meantime is counted, and nobody else:
 * the count is that of the T lines.  A waiting thread's open files are better
 * used for others. */
static void
count_all(struct looking *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		struct task *task = l->task[i];

		l->out->threads += !task->gone;
		count(l, task);
		count_lockwait(task, l->out->at_ns);
		if (!may_keep(l, task))
			procfs_close(&task->files);
	}
}

/* Brings the list of threads and the kernel's count together.  A registry that
 * cannot be made to agree, because threads come and go all the time, is tried
 * again only now and then. */
static void
meet_all(struct looking *l)
{
	unsigned ours, n = tasks_table_meet(&ours);
	unsigned count = procfs_thread_count();

	if (skip_agree > 0)
		skip_agree--;
	else if (count != 0 && count != n + ours) {
		tasks_table_agree();
		n = tasks_table_meet(&ours);
		count = procfs_thread_count();
		skip_agree = count != n + ours ? 4 : 0;
	}
	l->out->kernel_tells = count != 0;
	l->out->threads_agreed = count == n + ours;
	l->task = tasks_table_met(&l->n);
}

static int
my_cpu(void)
{
	unsigned cpu;

	return sys_call3(SYS_getcpu, &cpu, NULL, NULL) == 0 ? (int)cpu : -1;
}

/* What walking over all threads takes is not there for reading. */
static int64_t
reads_for(uint64_t budget_ns)
{
	uint64_t left = budget_ns - MIN(budget_ns, walk_ns);

	return (int64_t)MAX(left / cost_ns, AT_LEAST);
}

/* Returns the CPU time that went into reading. */
static uint64_t
read_all(struct looking *l, uint64_t budget_ns)
{
	uint64_t before = procfs_reads();
	uint64_t start = clock_thread_cpu_ns();

	l->reads_left = reads_for(budget_ns);
	l->start_ns = start;
	l->most_ns = budget_ns - MIN(budget_ns, walk_ns);
	read_movers(l);
	read_waiters(l);
	believe_waiters(l);
	l->my_cpu = my_cpu();
	note_clocks(l);
	tell_running(l);
	names_left = MAX(l->reads_left, AT_LEAST);

	uint64_t reads = procfs_reads() - before;
	uint64_t spent = clock_thread_cpu_ns() - start;

	if (reads >= AT_LEAST)
		cost_ns = (3 * cost_ns + spent / reads) / 4 + 1;
	return spent;
}

void
tasks_look(struct tasks_look *out, uint64_t budget_ns)
{
	struct looking l = { .out = out };
	uint64_t start = clock_thread_cpu_ns(), reading = 0;

	memset(out, 0, sizeof(*out));
	thread_self(); /* so that we are known to be one of ours */
	procfs_begin();
	meet_all(&l);
	out->at_ns = clock_ns();
	out->lockwait_ns = tasks_lockwait(out->at_ns);
	out->delay_known = out->kernel_tells;
	if (out->kernel_tells)
		reading = read_all(&l, budget_ns);
	else
		believe_waiters(&l);
	count_all(&l);
	last_look_ns = out->at_ns;
	walk_ns = (walk_ns + clock_thread_cpu_ns() - start - reading) / 2;
}

void
tasks_each(task_fn see, void *arg)
{
	unsigned n;
	struct task **met = tasks_table_met(&n);

	for (unsigned i = 0; i < n; i++) {
		if (!met[i]->gone)
			see(met[i], arg);
	}
}

void
tasks_name(struct task *task)
{
	struct proc_stat st;
	bool known = task->name[0] != '\0' && task->name[0] != '?';

	if (known && (int32_t)(task->look - task->name_due) < 0)
		return;
	if (names_left > 0 &&
	    procfs_stat(task->tid, &task->files, false, &st) == 0) {
		names_left--;
		task->cpu = st.cpu;
		take_name(task, st.name);
	} else if (!known) {
		memcpy(task->name, "?", 2);
	}
}

void
tasks_forget(void)
{
	tasks_table_forget();
	last_look_ns = 0;
	skip_agree = 0;
}
