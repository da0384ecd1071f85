/*
 * adapt_ompt - OpenMP programs with LLVM's runtime, which tells tools what it
 * does (OMPT).
 *
 * The runtime looks for a function ompt_start_tool() and asks it for a tool.
 * A tool of the host's goes first: one in the program itself is found before
 * us, one behind us is asked by us, and where OMP_TOOL_LIBRARIES names one we
 * say no.  Without schedtrace the answer is the one that there would be
 * without us.
 *
 * A thread's part in a parallel region is a task of the pool "openmp", from
 * its start to its arrival at the region's last barrier: the runtime tells its
 * end only when the next region begins.  Explicit tasks are those of the pool
 * "openmp-task".  The one word that the runtime keeps for us with each carries
 * a time, and in its two highest bits what time that is.
 */
#include <stdint.h>

#include "common/base/ticks.h"
#include "shim/preload/environ.h"
#include "shim/preload/runtime_find.h"
#include "shim/sched/pool.h"
#include "shim/sink/sink.h"

/* From the OpenMP 5.0 specification, section 4. */
union ompt_data {
	uint64_t value;
	void *ptr;
};
typedef void (*ompt_callback)(void);
typedef ompt_callback (*ompt_lookup)(const char *name);
struct ompt_start {
	int (*initialize)(ompt_lookup lookup, int device,
	    union ompt_data *tool);
	void (*finalize)(union ompt_data *tool);
	union ompt_data tool;
};
typedef struct ompt_start *(*start_tool_fn)(unsigned version,
    const char *runtime);
enum {
	CB_PARALLEL_BEGIN = 3, CB_TASK_CREATE = 5, CB_TASK_SCHEDULE = 6,
	CB_IMPLICIT_TASK = 7, CB_SYNC_REGION = 23,
	SCOPE_BEGIN = 1, SCOPE_END = 2,
	TASK_INITIAL = 1, TASK_EXPLICIT = 4,
	STATUS_COMPLETE = 1, STATUS_CANCEL = 3,
	BARRIER_IMPLICIT = 2, BARRIER_OF_REGION = 9,
	SET_ALWAYS = 5,
};

/* What the time in a word is; without a mark it is when a region began. */
#define QUEUED (1ull << 62)
#define STARTED (1ull << 63)
#define MARKS (QUEUED | STARTED)

enum { NESTING = 8 };

static struct pool *_Atomic region_pool, *_Atomic task_pool;

static struct pool *
tasks(void)
{
	return pool_once(&task_pool, &(struct pool_traits){
	    .name = "openmp-task", .via = "openmp", .timed = true,
	    .counts_queue = true,
	});
}

/* The regions that this thread began and is in. */
static __thread struct {
	const void *place[NESTING];
	unsigned depth;
} begun __attribute__((tls_model("initial-exec")));

static void
parallel_begin(union ompt_data *task, const void *frame,
    union ompt_data *parallel, unsigned asked, int flags, const void *place)
{
	(void)task;
	(void)frame;
	(void)asked;
	(void)flags;
	begun.place[begun.depth % NESTING] = place;
	parallel->value = ticks_now();
}

static void
finish(struct pool *p, union ompt_data *task)
{
	struct pool_stamp s = { .started = task->value & ~MARKS };

	task->value = 0;
	pool_done(p, &s, 1);
}

static void
implicit_task(int scope, union ompt_data *parallel, union ompt_data *task,
    unsigned team, unsigned index, int flags)
{
	struct pool *p = atomic_load(&region_pool);
	struct pool_stamp s = { .queued = 0 };

	(void)team;
	if ((flags & TASK_INITIAL) != 0)
		return;
	if (index == 0)
		begun.depth += scope == SCOPE_BEGIN ? 1u : -1u;
	if (scope == SCOPE_BEGIN) {
		s.queued = parallel != NULL ? parallel->value : 0;
		pool_started(p, &s, 1);
		task->value = s.started | STARTED;
	} else if ((task->value & STARTED) != 0) {
		finish(p, task);
	}
}

/* A barrier that the program did not ask for is the region's last one, or that
 * of a loop: the last one is where the region was begun, and for the threads
 * that did not begin it, nowhere. */
static void
sync_region(int kind, int scope, union ompt_data *parallel,
    union ompt_data *task, const void *place)
{
	bool last = kind == BARRIER_OF_REGION;

	(void)parallel;
	if (kind == BARRIER_IMPLICIT)
		last = place == NULL || (begun.depth > 0 &&
		    place == begun.place[(begun.depth - 1) % NESTING]);
	if (scope == SCOPE_BEGIN && last && task != NULL &&
	    (task->value & STARTED) != 0)
		finish(atomic_load(&region_pool), task);
}

static void
task_create(union ompt_data *creator, const void *frame,
    union ompt_data *task, int flags, int depends, const void *place)
{
	struct pool_stamp s = { .queued = 0 };

	(void)creator;
	(void)frame;
	(void)depends;
	(void)place;
	if ((flags & TASK_EXPLICIT) == 0)
		return;
	pool_queued(tasks(), &s, 1);
	task->value = s.queued | QUEUED;
}

static void
end_task(union ompt_data *task, int status)
{
	struct pool *p = atomic_load(&task_pool);
	struct pool_stamp s = { .queued = task->value & ~MARKS };

	if ((task->value & MARKS) == MARKS) {
		finish(p, task);
	} else if ((task->value & MARKS) == QUEUED &&
	    status == STATUS_CANCEL) {
		task->value = 0;
		pool_dropped(p, &s, 1);
	}
}

static void
task_schedule(union ompt_data *prior, int status, union ompt_data *next)
{
	struct pool_stamp s = { .queued = 0 };

	if (prior != NULL &&
	    (status == STATUS_COMPLETE || status == STATUS_CANCEL))
		end_task(prior, status);
	if (next == NULL || (next->value & MARKS) != QUEUED)
		return;
	s.queued = next->value & ~MARKS;
	pool_started(atomic_load(&task_pool), &s, 1);
	next->value = s.started | MARKS;
}

static bool
listen(ompt_lookup lookup)
{
	static const struct {
		int event;
		ompt_callback callback;
	} all[] = {
		{ CB_PARALLEL_BEGIN, (ompt_callback)parallel_begin },
		{ CB_IMPLICIT_TASK, (ompt_callback)implicit_task },
		{ CB_SYNC_REGION, (ompt_callback)sync_region },
		{ CB_TASK_CREATE, (ompt_callback)task_create },
		{ CB_TASK_SCHEDULE, (ompt_callback)task_schedule },
	};
	int (*set)(int, ompt_callback) =
	    (int (*)(int, ompt_callback))lookup("ompt_set_callback");
	bool told = set != NULL;

	for (unsigned i = 0; told && i < ARRAY_LEN(all); i++)
		told = set(all[i].event, all[i].callback) == SET_ALWAYS;
	return told;
}

static int
initialize(ompt_lookup lookup, int device, union ompt_data *tool)
{
	(void)device;
	(void)tool;
	pool_once(&region_pool, &(struct pool_traits){
	    .name = "openmp", .via = "openmp", .timed = true,
	});
	if (listen(lookup))
		return 1;
	sink_notice("openmp", "this OpenMP runtime does not tell all of what "
	    "its threads do: its pool is not shown");
	pool_unmake(atomic_load(&region_pool));
	return 0;
}

static void
finalize(union ompt_data *tool)
{
	(void)tool;
}

/* What there would be without us. */
static struct ompt_start *
ask_next(unsigned version, const char *runtime, const void *caller)
{
	struct found f;

	if (!runtime_find("ompt_start_tool", caller, &f))
		return NULL;
	return ((start_tool_fn)(uintptr_t)f.address)(version, runtime);
}

static bool
host_names_tools(void)
{
	const char *set = environ_get("OMP_TOOL_LIBRARIES");

	return set != NULL && *set != '\0';
}

DIAG_EXPORT struct ompt_start *ompt_start_tool(unsigned version,
    const char *runtime);
struct ompt_start *
ompt_start_tool(unsigned version, const char *runtime)
{
	static struct ompt_start ours = {
		.initialize = initialize, .finalize = finalize,
	};
	struct ompt_start *host = ask_next(version, runtime, CALLER());

	if (host != NULL || !pool_is_armed() || host_names_tools())
		return host;
	return &ours;
}
