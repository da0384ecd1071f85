/*
 * poolsbed - what the inference asks of others, answered.
 */
#include "tests/unit/poolsbed.h"

#include "shim/names/objects.h"
#include "shim/names/place.h"
#include "shim/tasks/locks.h"
#include "shim/tasks/threadwalk.h"
#include "shim/tasks/whereis.h"

struct task task[THREADS];
struct sync_scope scope[THREADS];
unsigned tasks;
struct place_in placed[THREADS];
struct poolview seen[SEEN];
unsigned pools;
char loop, elsewhere;	/* places in the host */
char stack[4000];
char mutex[THREADS][40], cond[THREADS][48];

/* The look at threads, and the names of places, are others' business. */
void
tasks_each(task_fn see, void *arg)
{
	for (unsigned i = 0; i < tasks; i++)
		see(&task[i], arg);
}

void
tasks_name(struct task *t)
{
	memcpy(t->name, "worker-1", sizeof("worker-1"));
}

struct object *
objects_find(uintptr_t pc, uint32_t at)
{
	static struct object host = { .name = "host" };

	(void)at;
	return pc >= LOOP && pc < LOOP_END ? &host : NULL;
}

/* Functions are 256 bytes long, but for the start routines. */
bool
place_is_library(uint64_t pc)
{
	(void)pc;
	return false;
}

uintptr_t
threadwalk_function(uint64_t pc)
{
	return pc - (uintptr_t)work < 2 ? (uintptr_t)work : pc & ~0xfful;
}

unsigned
threadwalk(pid_t tid, struct procfs_blocked *at, uint64_t pc[THREADWALK_FRAMES])
{
	const struct place_in *in = &placed[tid - 1000];

	memset(at, 0, sizeof(*at));
	pc[0] = 1;
	pc[1] = in->inner;
	pc[2] = in->outer;
	pc[3] = (uintptr_t)work + 1;
	pc[4] = 2;
	return in->outer != 0 ? 5 : 0;
}

unsigned
threadwalk_waits(const struct thread *t, struct procfs_blocked *at,
    uint64_t pc[THREADWALK_FRAMES])
{
	(void)t, (void)at, (void)pc;
	return 0;
}

unsigned
whereis_walk(const struct task *sleeper, struct procfs_blocked *at,
    uint64_t pc[THREADWALK_FRAMES])
{
	(void)sleeper, (void)at, (void)pc;
	return 0;
}

void
locks_add(struct lock_table *t, const struct task *waiter)
{
	struct lock_crowd *c = t->crowd;

	if (!wait_kind_is_lock(waiter->wait.kind))
		return;
	while (c < t->crowd + t->count && c->object != waiter->wait.object)
		c++;
	if (c == t->crowd + t->count) {
		t->count++;
		*c = (struct lock_crowd){
			.object = waiter->wait.object, .first = waiter,
			.told = (pid_t)waiter->wait.holder,
		};
	}
	c->last = waiter;
	c->waiters++;
}

pid_t
locks_holder(const struct lock_crowd *c)
{
	return c->told;
}

uint64_t
whereis_sleeper(pid_t tid, const struct procfs_blocked *there)
{
	uint64_t at = placed[tid - 1000].sleeper;

	(void)there;
	return at != 0 ? at : (uint64_t)(uintptr_t)&loop;
}

struct symbol_file *
objects_symbols(struct object *m)
{
	(void)m;
	return NULL;
}

void
objects_write_word(struct buf *b, const char *text, size_t max)
{
	buf_bytes(b, text, strnlen(text, max));
}

void *
work(void *arg)
{
	return arg;
}

void *
other_work(void *arg)
{
	return arg;
}

void
begin(void)
{
	ticks_init();
	sync_after_fork_child();
	pools_after_fork_child();
	tasks = 0;
	memset(placed, 0, sizeof(placed));
}

void
end(void)
{
	for (unsigned i = 0; i < tasks; i++)
		thread_cancel(task[i].thread);
}

unsigned
add(void *(*start)(void *))
{
	struct thread *t = thread_expect(start, NULL, 0);

	task[tasks] = (struct task){
		.thread = t,
		.generation = atomic_load(&t->generation),
		.tid = 1000 + (pid_t)tasks,
		.state = 'S',
	};
	return tasks++;
}

static void
begin_wait(unsigned i, const struct wait_news *news)
{
	sync_enter(task[i].thread, &scope[i], news, &stack[3900]);
	task[i].wait = (struct wait_copy){
		.kind = news->kind,
		.object = news->object,
		.caller = (uint64_t)(uintptr_t)news->caller,
	};
}

void
wait_in_call(unsigned i)
{
	begin_wait(i, &(struct wait_news){
	    .kind = WAIT_EPOLL, .object = 3, .caller = &loop });
}

void
wait_at(unsigned i, unsigned c)
{
	struct wait_news news = {
		.kind = WAIT_COND,
		.object = (uint64_t)(uintptr_t)cond[c],
		.caller = &loop,
		.mutex = mutex[c],
	};

	begin_wait(i, &news);
}

void
work_at(unsigned i)
{
	sync_leave(task[i].thread, &scope[i]);
	task[i].wait = (struct wait_copy){ .kind = WAIT_RUN };
	task[i].state = 'R';
}

static void
keep(struct poolview *v, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(pools, SEEN);
	seen[pools++] = *v;
}

void
walk_finds(unsigned i, uint64_t loop_at, uint64_t inner)
{
	placed[i].outer = loop_at;
	placed[i].inner = inner;
}

void
infer(void)
{
	pools = 0;
	pools_infer(PERIOD, keep, NULL);
}
