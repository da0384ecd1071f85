/*
 * pools_join - threads of one pool that have their homes at different places.
 *
 * One of them listens for the others, or keeps a task for ever that waits for
 * connections; who it is may change.  Two threads work in the same loop when
 * their stacks, from the outermost frame on, are the same up to a function and
 * go on from different places in it: the loop's.  A routine that starts
 * whatever it is given goes on from one place to different functions.
 *
 * Where an interpreter runs, its function says nothing of the program's.
 *
 * A place is compared once, when threads of both are asleep.
 */
#include <string.h>

#include "shim/pools/pools.h"
#include "shim/tasks/threadwalk.h"

enum { JOINS = 128, TRIES = 16, WALKS_EACH_PERIOD = 8 };

struct join {
	struct pool_place from, to;
	unsigned tries;		/* that failed */
	bool done, same;
};

static struct join joins[JOINS];
static unsigned count;
static unsigned walks_left;

void
pools_join_begin(void)
{
	walks_left = WALKS_EACH_PERIOD;
}

bool
pools_place_is_same(const struct pool_place *a, const struct pool_place *b)
{
	return a->start == b->start && a->caller == b->caller &&
	    a->object == b->object && a->kind == b->kind &&
	    a->family == b->family;
}

bool
pools_join_place(struct pool_place *place)
{
	bool joined = false;

	for (unsigned i = 0; i < count; i++) {
		if (!joins[i].same ||
		    !pools_place_is_same(&joins[i].from, place))
			continue;
		*place = joins[i].to;
		joined = true;
		i = (unsigned)-1;	/* that may have been joined, too */
	}
	return joined;
}

/* How many of the @n frames there are without those that started the thread;
 * 0 when the walk has not come so far out. */
static unsigned
without_start(const uint64_t *pc, unsigned n, uint64_t start)
{
	while (n > 0 && threadwalk_function(pc[n - 1]) != start)
		n--;
	return n;
}

/* 1 when both are in one loop, 0 when not, -1 when that is not known. */
static int
in_one_loop(const struct task *a, const struct task *b)
{
	static uint64_t pc[2][THREADWALK_FRAMES];
	struct procfs_blocked at;
	unsigned n = threadwalk(a->tid, &at, pc[0]);
	unsigned k = threadwalk(b->tid, &at, pc[1]);
	uint64_t start = atomic_load(&b->thread->start_routine);
	uintptr_t loop;

	if (n == 0)
		n = threadwalk_waits(a->thread, &at, pc[0]);
	if (k == 0)
		k = threadwalk_waits(b->thread, &at, pc[1]);

	n = without_start(pc[0], n, start);
	k = without_start(pc[1], k, start);
	if (n == 0 || k == 0)
		return -1;
	while (n > 0 && k > 0 && pc[0][n - 1] == pc[1][k - 1])
		n--, k--;
	if (n == 0 || k == 0)
		return n == k ? -1 : 0;
	loop = threadwalk_function(pc[0][n - 1]);
	return loop != 0 && loop == threadwalk_function(pc[1][k - 1]) &&
	    !pools_name_is_library(loop);
}

static struct join *
join_of(const struct pool_place *from, const struct pool_place *to)
{
	struct join *j = joins;

	while (j < joins + count && !(pools_place_is_same(&j->from, from) &&
	    pools_place_is_same(&j->to, to)))
		j++;
	if (j == joins + JOINS)
		return NULL;
	if (j == joins + count) {
		*j = (struct join){ .from = *from, .to = *to };
		count++;
	}
	return j;
}

bool
pools_join_is_decided(const struct pool_place *from,
    const struct pool_place *to)
{
	for (unsigned i = 0; i < count; i++) {
		if (pools_place_is_same(&joins[i].from, from) &&
		    pools_place_is_same(&joins[i].to, to))
			return joins[i].done;
	}
	return false;
}

bool
pools_join_try(const struct pool_place *from, const struct task *a,
    const struct pool_place *to, const struct task *b)
{
	struct join *j = join_of(from, to);
	struct pool_place end = *to;
	int same;

	if (j == NULL || j->done || walks_left < 2)
		return false;
	walks_left -= 2;
	same = in_one_loop(a, b);
	j->done = same >= 0 || ++j->tries >= TRIES;
	pools_join_place(&end);
	j->same = same == 1 && !pools_place_is_same(&end, from);
	return j->same;
}

/* Which call, and not which threads' (their family), makes the place. */
static bool
is_call_of(const struct pool_place *place, const struct task *task)
{
	return place->object == 0 && place->caller == task->wait.caller &&
	    place->kind == task->wait.kind;
}

static bool
is_object_of(const struct pool_place *place, const struct task *task)
{
	uint32_t gate;

	if (place->object == 0 || task->wait.object == 0 ||
	    place->kind != task->wait.kind)
		return false;
	gate = gate_find(task->wait.object);
	return gate != 0 && atomic_load(&gate_at(gate)->object) ==
	    place->object;
}

bool
pools_join_leads(const struct task *task, const struct pool_place *pool)
{
	uint32_t gate = atomic_load(&task->thread->work.gate);

	if (gate == 0 || pool->kind != WAIT_COND || pool->object == 0 ||
	    !pools_gate_is_turn(gate))
		return false;
	if (task->wait.kind == WAIT_RUN)
		return pools_sleep_is_beside_home(task);
	return task->wait.kind == WAIT_ACCEPT ||
	    (task->wait.kind == WAIT_POLL && task->wait.object > 1);
}

/* Tasks wait for their one answer in other calls: a worker in epoll_wait()
 * listens, for the pool. */
bool
pools_join_listens(const struct task *task, const struct pool_place *pool)
{
	return pools_join_leads(task, pool) ||
	    (task->wait.kind == WAIT_EPOLL && pools_is_of_object(pool->kind));
}

bool
pools_join_asks(const struct task *task, const struct pool_place *pool)
{
	bool asks = task->wait.kind == WAIT_SELECT ||
	    (task->wait.kind == WAIT_POLL && task->wait.object <= 1);

	return asks && pools_is_of_object(pool->kind);
}

/* One of the pool's places is where the thread waits, although its home may be
 * another one. */
bool
pools_join_waits(const struct task *task, const struct pool_place *pool)
{
	if (pools_join_leads(task, pool))
		return true;
	if (task->wait.kind == WAIT_RUN || pools_join_asks(task, pool))
		return false;
	for (unsigned i = 0; i < count; i++) {
		struct pool_place to = joins[i].to;

		if (!joins[i].same || !is_call_of(&joins[i].from, task) ||
		    joins[i].from.start != pool->start)
			continue;
		pools_join_place(&to);
		if (pools_place_is_same(&to, pool))
			return true;
	}
	return is_call_of(pool, task) || is_object_of(pool, task) ||
	    pools_join_listens(task, pool);
}

void
pools_join_forget(void)
{
	count = 0;
}
