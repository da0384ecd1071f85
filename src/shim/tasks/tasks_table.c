/*
 * tasks_table - an entry by record index, and a list of those in use.
 */
#include "shim/tasks/tasks_table.h"

#include <stddef.h>
#include <string.h>

#include "common/base/mem.h"
#include "shim/ticker/opener.h"

static struct task **entry;	/* by record index; NULL: never met */
static struct task **met;
static uint32_t room, met_count;
static uint32_t meeting;

/* A larger array of pointers; the old one's contents come along. */
static struct task **
larger(struct task **old, uint32_t had, uint32_t n)
{
	struct task **p = mem_map(n * sizeof(*p));

	if (p == NULL)
		return NULL;
	if (old != NULL) {
		memcpy(p, old, had * sizeof(*p));
		mem_unmap(old, had * sizeof(*p));
	}
	return p;
}

static bool
make_room(uint32_t limit)
{
	uint32_t n = room != 0 ? room : 512;
	struct task **p;

	if (limit <= room)
		return true;
	while (n < limit)
		n *= 2;
	p = larger(entry, room, n);
	if (p == NULL)
		return false;
	entry = p;
	p = larger(met, room, n);
	if (p == NULL) {
		/* The larger entries serve the old number all the same. */
		return false;
	}
	met = p;
	room = n;
	return true;
}

static struct task *
entry_at(uint32_t index)
{
	if (entry[index] == NULL)
		entry[index] = mem_forever(sizeof(struct task));
	return entry[index];
}

/* Another thread has the record now: what was known is of no use. */
static void
begin_entry(struct task *task, struct thread *t, uint32_t generation)
{
	procfs_close(&task->files);

	struct procfs_thread files = task->files;

	*task = (struct task){
		.thread = t,
		.generation = generation,
		.cpu = -1,
		.files = files,
	};
}

static void
meet(uint32_t index, struct thread *t, pid_t tid)
{
	uint32_t generation = atomic_load(&t->generation);
	struct task *task = entry_at(index);

	if (task == NULL)
		return;
	if (task->thread != t || task->generation != generation ||
	    task->tid != tid)
		begin_entry(task, t, generation);
	task->tid = tid;
	task->look = meeting;
	task->seq_before = task->wait.seq;
	if (!wait_read(t, &task->wait))
		task->wait.kind = WAIT_RUN;
	task->gone = false;
	task->fresh = task->passing = false;
	task->blocked.sp = 0;
	task->on_cpu = task->timed = false;
	task->ran_ns = task->delayed_ns = 0;
	met[met_count++] = task;
}

unsigned
tasks_table_meet(unsigned *ours)
{
	uint32_t limit = thread_limit();

	met_count = 0;
	*ours = 0;
	meeting++;
	if (!make_room(limit))
		limit = room;
	for (uint32_t i = 0; i < limit; i++) {
		struct thread *t = thread_at(i);

		if (t == NULL)
			continue;

		uint32_t kind = atomic_load(&t->kind);
		pid_t tid = atomic_load(&t->tid);

		if (kind == THREAD_FREE || tid == 0)
			continue;
		if (kind == THREAD_OURS)
			++*ours;
		else
			meet(i, t, tid);
	}
	return met_count;
}

struct task **
tasks_table_met(unsigned *n)
{
	*n = met_count;
	return met;
}

/* The counters of records that are free go on counting for those who had
 * them. */
uint64_t
tasks_lockwait(uint64_t now)
{
	uint32_t limit = thread_limit();
	uint64_t sum = 0;

	for (uint32_t i = 0; i < limit; i++) {
		struct thread *t = thread_at(i);
		struct wait_copy w;

		if (t == NULL)
			continue;
		if (!wait_read(t, &w)) {
			sum += atomic_load(&t->lockwait_ns);
			continue;
		}
		sum += w.lockwait_ns;
		if (wait_kind_is_lock(w.kind) && now > w.since_ns)
			sum += now - w.since_ns;
	}
	return sum;
}

void
tasks_table_forget(void)
{
	for (uint32_t i = 0; i < room; i++) {
		if (entry[i] != NULL)
			entry[i]->thread = NULL;
	}
	met_count = 0;
}

/*
 * Agreement.  Thread ids go into a hash table of twice their number; an id
 * that two records have belongs to the thread's own, and to the younger.
 */
struct ids {
	struct thread **slot;
	uint32_t mask;
	size_t bytes;
};

static struct thread **
slot_of(struct ids *ids, pid_t tid)
{
	uint32_t at = (uint32_t)tid * 2654435761u;

	for (;; at++) {
		struct thread **s = &ids->slot[at & ids->mask];

		if (*s == NULL || atomic_load(&(*s)->tid) == tid)
			return s;
	}
}

static void
enter_id(struct thread *t, void *arg)
{
	struct ids *ids = arg;
	pid_t tid = atomic_load(&t->tid);

	if (tid == 0)
		return;

	struct thread **s = slot_of(ids, tid);

	*s = *s == NULL ? t : thread_keep_one(*s, t, tid);
}

static void
look_up(pid_t tid, void *arg)
{
	struct ids *ids = arg;

	if (*slot_of(ids, tid) == NULL && !opener_is_helper(tid))
		thread_found(tid);
}

void
tasks_table_agree(void)
{
	struct ids ids = { .mask = 1023 };

	thread_reap();
	/* Threads that begin meanwhile have to find room, too. */
	while (ids.mask < 4 * (thread_limit() + 256))
		ids.mask = 2 * ids.mask + 1;
	ids.bytes = ((size_t)ids.mask + 1) * sizeof(ids.slot[0]);
	ids.slot = mem_map(ids.bytes);
	if (ids.slot == NULL)
		return;
	thread_each(enter_id, &ids);
	procfs_each_tid(look_up, &ids);
	mem_unmap(ids.slot, ids.bytes);
}
