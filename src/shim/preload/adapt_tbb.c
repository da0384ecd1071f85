/*
 * adapt_tbb - oneTBB's tasks, of all arenas, are the pool "tbb".
 *
 * A task is an object with a virtual function execute().  When it is given to
 * the scheduler (spawn, submit, enqueue, execute_and_wait, or returned by
 * another task's execute()) its virtual table is replaced by one whose
 * execute() is ours; ours puts the host's back and calls it.  When it was
 * queued stands in a word of the task that oneTBB reserves and does not use in
 * the versions we know.
 *
 * Not seen: that a task was suspended and goes on on another thread.  A task
 * that ends by an exception is done when its thread has the next.
 */
#include <stdint.h>
#include <string.h>

#include "common/base/lock.h"
#include "shim/preload/runtime.h"
#include "shim/sink/sink.h"

/* TBB_runtime_interface_version(): 2021.5 to 2022.0. */
enum { OLDEST = 12050, NEWEST = 12140 };

enum { TABLES = 512, NESTING = 16 };

struct tbb_task {
	void *const *table;	/* its class's virtual functions */
	uint64_t version_and_traits;
	uint64_t reserved[6];	/* the first two are oneTBB's */
};
enum { OUR_WORD = 5 };

typedef struct tbb_task *(*run_fn)(struct tbb_task *, void *);

/* A virtual table as the C++ ABI has it, and the host's it stands for. */
struct table {
	void *const *_Atomic host;
	const void *offset_and_type[2];
	void *function[4];	/* two destructors, execute, cancel */
};
enum { EXECUTE = 2, CANCEL = 3 };

static struct {
	struct pool *_Atomic pool;
	struct lock making;
	struct table table[TABLES];
} tbb;

/* The tasks that this thread is in, one inside another. */
static __thread struct {
	unsigned depth;
	struct {
		uintptr_t frame;
		struct pool_stamp stamp;
	} in[NESTING];
} me __attribute__((tls_model("initial-exec")));

static struct tbb_task *execute(struct tbb_task *t, void *data);
static struct tbb_task *cancel(struct tbb_task *t, void *data);

static struct pool *
pool(void)
{
	return pool_once(&tbb.pool, &(struct pool_traits){
	    .name = "tbb", .via = "tbb", .timed = true, .counts_queue = true,
	});
}

static void
fill(struct table *t, void *const *host)
{
	memcpy(t->offset_and_type, host - 2, sizeof(t->offset_and_type));
	memcpy(t->function, host, sizeof(t->function));
	t->function[EXECUTE] = (void *)(uintptr_t)execute;
	t->function[CANCEL] = (void *)(uintptr_t)cancel;
	atomic_store_explicit(&t->host, host, memory_order_release);
}

/* Our table for the host's; NULL when there are too many classes. */
static struct table *
table_for(void *const *host)
{
	unsigned first = (unsigned)((uintptr_t)host >> 4) % TABLES;
	struct table *found = NULL;

	for (unsigned i = 0; i < TABLES; i++) {
		struct table *t = &tbb.table[(first + i) % TABLES];
		void *const *is = atomic_load_explicit(&t->host,
		    memory_order_acquire);

		if (is == host)
			return t;
		if (is == NULL)
			break;
	}
	lock_take(&tbb.making);
	for (unsigned i = 0; i < TABLES && found == NULL; i++) {
		struct table *t = &tbb.table[(first + i) % TABLES];

		if (atomic_load(&t->host) == NULL)
			fill(t, host);
		if (atomic_load(&t->host) == host)
			found = t;
	}
	lock_give(&tbb.making);
	return found;
}

static struct table *
ours(const struct tbb_task *t)
{
	uintptr_t at = (uintptr_t)t->table;

	if (at - (uintptr_t)tbb.table >= sizeof(tbb.table))
		return NULL;
	return &tbb.table[(at - (uintptr_t)tbb.table) / sizeof(struct table)];
}

/* A task comes to the scheduler. */
static void
take(struct tbb_task *t)
{
	struct pool_stamp stamp = { .queued = 0 };
	struct table *table;

	if (t == NULL || ours(t) != NULL || t->reserved[OUR_WORD] != 0)
		return;
	table = table_for(t->table);
	if (table == NULL)
		return;
	pool_queued(pool(), &stamp, 1);
	t->reserved[OUR_WORD] = stamp.queued;
	t->table = table->function;
}

static struct pool_stamp
give_back(struct tbb_task *t)
{
	struct pool_stamp stamp = { .queued = t->reserved[OUR_WORD] };

	t->table = atomic_load(&ours(t)->host);
	t->reserved[OUR_WORD] = 0;
	return stamp;
}

/* Tasks whose frames are gone ended by an exception. */
static void
end_thrown(uintptr_t frame)
{
	while (me.depth > 0 && (me.depth > NESTING ||
	    me.in[me.depth - 1].frame <= frame)) {
		me.depth--;
		if (me.depth < NESTING)
			pool_done(pool(), &me.in[me.depth].stamp, 1);
	}
}

static struct tbb_task *
execute(struct tbb_task *t, void *data)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	struct pool_stamp stamp = give_back(t);
	struct tbb_task *next;
	run_fn run = (run_fn)(uintptr_t)t->table[EXECUTE];

	end_thrown(frame);
	if (me.depth >= NESTING) {
		pool_dropped(pool(), &stamp, 1);
		return run(t, data);
	}
	pool_started(pool(), &stamp, 1);
	me.in[me.depth].frame = frame;
	me.in[me.depth++].stamp = stamp;
	next = run(t, data);
	me.depth--;
	pool_done(pool(), &me.in[me.depth].stamp, 1);
	take(next);
	return next;
}

static struct tbb_task *
cancel(struct tbb_task *t, void *data)
{
	struct pool_stamp stamp = give_back(t);
	struct tbb_task *next;

	pool_dropped(pool(), &stamp, 1);
	next = ((run_fn)(uintptr_t)t->table[CANCEL])(t, data);
	take(next);
	return next;
}

/* All six take the task first and up to three words more. */
typedef void (*give_fn)(struct tbb_task *, void *, uintptr_t, uintptr_t);

#define GIVE(name)							\
static void								\
name##_seen(struct tbb_task *t, void *a, uintptr_t b, uintptr_t c)	\
{									\
	take(t);							\
	RUNTIME_REAL(name, give_fn)(t, a, b, c);			\
}
RUNTIME_TBB_NAMES(GIVE)

static bool
start(const struct found *in)
{
	int (*version)(void) = (int (*)(void))(uintptr_t)runtime_find_in(in,
	    "TBB_runtime_interface_version");
	int v = version == NULL ? 0 : version();

	if (v >= OLDEST && v <= NEWEST)
		return true;
	sink_notice("tbb", "oneTBB %d is not a version we know: its tasks are "
	    "not shown", v);
	return false;
}

static void
forget(void)
{
	lock_reset(&tbb.making);
	me.depth = 0;
}

static void
absent(void)
{
}

#define COLD_HALF(name) [N_##name - N_tbb_spawn] = \
	(void *)(uintptr_t)name##_seen,
static void *const cold[] = { RUNTIME_TBB_NAMES(COLD_HALF) };

#define R1 "_ZN3tbb6detail2r1"
#define TASK "ERNS0_2d14task"
#define CONTEXT "ERNS2_18task_group_contextE"
static const char *const symbols[] = {
	[N_tbb_spawn - N_tbb_spawn] =
	    R1 "5spawn" TASK CONTEXT,
	[N_tbb_spawn_in_slot - N_tbb_spawn] =
	    R1 "5spawn" TASK CONTEXT "t",
	[N_tbb_submit - N_tbb_spawn] =
	    R1 "6submit" TASK CONTEXT "PNS1_5arenaEm",
	[N_tbb_enqueue - N_tbb_spawn] =
	    R1 "7enqueue" TASK "EPNS2_15task_arena_baseE",
	[N_tbb_enqueue_in_context - N_tbb_spawn] =
	    R1 "7enqueue" TASK CONTEXT "PNS2_15task_arena_baseE",
	[N_tbb_execute_and_wait - N_tbb_spawn] =
	    R1 "16execute_and_wait" TASK CONTEXT "RNS2_12wait_contextES6_",
};

const struct runtime adapt_tbb = {
	.title = "oneTBB",
	.soname = "libtbb.so.12",
	.first = N_tbb_spawn,
	.end = N_tbb_spawn + ARRAY_LEN(cold),
	.symbols = symbols,
	.cold = cold,
	.begin = start,
	.absent = (void *)(uintptr_t)absent,
	.after_fork_child = forget,
};
