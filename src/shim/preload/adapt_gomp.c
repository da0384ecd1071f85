/*
 * adapt_gomp - OpenMP programs that GCC compiled: libgomp's teams and tasks.
 *
 * The compiler calls GOMP_parallel() and its kin with the body of a parallel
 * region, which every thread of the team calls once.  A region's thread is a
 * worker of the pool "openmp", and busy in the body; its time to start is that
 * from the region's begin.  The body of an explicit task comes to GOMP_task()
 * with a block of arguments that libgomp copies: ours is laid in front of it,
 * and with it the task's times; they are the pool "openmp-task".
 *
 * Not seen: tasks of taskloop, and tasks with a detach clause, for which
 * libgomp writes into the block itself.
 */
#include <string.h>

#include "common/base/ticks.h"
#include "shim/preload/environ.h"
#include "shim/preload/runtime.h"

enum { TASK_DETACH = 1 << 13, ALIGN = 16 };

typedef void (*body_fn)(void *);
typedef void (*copy_fn)(void *, void *);

static struct {
	struct pool *_Atomic regions, *_Atomic tasks;
} omp;

/* A task that is cancelled is never begun, and nobody tells. */
static bool
can_be_cancelled(void)
{
	const char *set = environ_get("OMP_CANCELLATION");

	return set != NULL && (*set == 't' || *set == 'T' || *set == '1');
}

static struct pool *
regions(void)
{
	return pool_once(&omp.regions, &(struct pool_traits){
	    .name = "openmp", .via = "openmp", .timed = true,
	});
}

static struct pool *
tasks(void)
{
	struct pool *p = atomic_load(&omp.tasks);

	return likely(p != NULL) ? p : pool_once(&omp.tasks,
	    &(struct pool_traits){
	    .name = "openmp-task", .via = "openmp", .timed = true,
	    .counts_queue = !can_be_cancelled(),
	});
}

/* One parallel region, on the stack of the thread that begins it: all of the
 * team is done with it before that thread goes on. */
struct region {
	body_fn body;
	void *data;
	uint64_t begun;
};

static void
run_region(void *arg)
{
	const struct region *r = arg;
	struct pool_stamp stamp = { .queued = r->begun };

	pool_started(atomic_load(&omp.regions), &stamp, 1);
	r->body(r->data);
	pool_done(atomic_load(&omp.regions), &stamp, 1);
}

/* The calls differ in what follows the team's size, up to five words; the
 * last of them lie on the stack, where libgomp takes what it knows of. */
typedef unsigned (*parallel_fn)(body_fn, void *, unsigned, long, long, long,
    long, long);

static unsigned
parallel(unsigned name, const struct region *asked, unsigned threads,
    const long *more)
{
	struct region r = *asked;

	regions();
	r.begun = ticks_now();
	return ((parallel_fn)(uintptr_t)runtime_real[name])(run_region, &r,
	    threads, more[0], more[1], more[2], more[3], more[4]);
}

#define PARALLEL(name)							\
static unsigned								\
name##_seen(body_fn body, void *data, unsigned threads, long a, long b,	\
    long c, long d, long e)						\
{									\
	return parallel(N_##name, &(struct region){ body, data, 0 },	\
	    threads, (const long[]){ a, b, c, d, e });			\
}

PARALLEL(GOMP_parallel)
PARALLEL(GOMP_parallel_reductions)
PARALLEL(GOMP_parallel_sections)
PARALLEL(GOMP_parallel_loop_static)
PARALLEL(GOMP_parallel_loop_dynamic)
PARALLEL(GOMP_parallel_loop_guided)
PARALLEL(GOMP_parallel_loop_runtime)
PARALLEL(GOMP_parallel_loop_nonmonotonic_dynamic)
PARALLEL(GOMP_parallel_loop_nonmonotonic_guided)
PARALLEL(GOMP_parallel_loop_nonmonotonic_runtime)
PARALLEL(GOMP_parallel_loop_maybe_nonmonotonic_runtime)

/* An explicit task */

/* In front of the host's arguments; @offset bytes before them. */
struct omp_task {
	struct pool_stamp stamp;
	body_fn body;
	copy_fn copy;
	void *data;		/* the host's, at the call */
	size_t size, offset;
};

/* What libgomp calls to copy the arguments into a task of its own. */
static void
copy_task(void *to, void *from)
{
	struct omp_task *t = from;
	char *at = (char *)to + t->offset;

	memcpy(to, t, sizeof(*t));
	if (t->copy != NULL)
		t->copy(at, t->data);
	else if (t->size != 0)
		memcpy(at, t->data, t->size);
}

static void
run_task(void *arg)
{
	struct omp_task *t = arg;

	pool_started(atomic_load(&omp.tasks), &t->stamp, 1);
	t->body((char *)arg + t->offset);
	pool_done(atomic_load(&omp.tasks), &t->stamp, 1);
}

typedef void (*task_fn)(body_fn, void *, copy_fn, long, long, bool, unsigned,
    void **, int, void *);

static void
GOMP_task_seen(body_fn body, void *data, copy_fn copy, long size, long align,
    bool deferred, unsigned flags, void **depend, int priority, void *detach)
{
	task_fn real = RUNTIME_REAL(GOMP_task, task_fn);
	size_t room = MAX((size_t)align, (size_t)ALIGN);
	struct omp_task t = {
		.body = body, .copy = copy, .data = data,
		.size = (size_t)size,
		.offset = (sizeof(t) + room - 1) / room * room,
	};

	if ((flags & TASK_DETACH) != 0) {
		real(body, data, copy, size, align, deferred, flags, depend,
		    priority, detach);
		return;
	}
	pool_queued(tasks(), &t.stamp, 1);
	real(run_task, &t, copy_task, (long)(t.offset + t.size), (long)room,
	    deferred, flags, depend, priority, detach);
}

static bool
start(const struct found *in)
{
	(void)in;
	return true;
}

static void
forget(void)
{
}

/* A team of one. */
static unsigned
absent(body_fn body, void *data)
{
	body(data);
	return 0;
}

#define COLD_HALF(name) \
	[N_##name - N_GOMP_parallel] = (void *)(uintptr_t)name##_seen
static void *const cold[] = {
	COLD_HALF(GOMP_parallel),
	COLD_HALF(GOMP_parallel_reductions),
	COLD_HALF(GOMP_parallel_sections),
	COLD_HALF(GOMP_parallel_loop_static),
	COLD_HALF(GOMP_parallel_loop_dynamic),
	COLD_HALF(GOMP_parallel_loop_guided),
	COLD_HALF(GOMP_parallel_loop_runtime),
	COLD_HALF(GOMP_parallel_loop_nonmonotonic_dynamic),
	COLD_HALF(GOMP_parallel_loop_nonmonotonic_guided),
	COLD_HALF(GOMP_parallel_loop_nonmonotonic_runtime),
	COLD_HALF(GOMP_parallel_loop_maybe_nonmonotonic_runtime),
	COLD_HALF(GOMP_task),
};

const struct runtime adapt_gomp = {
	.title = "libgomp",
	.soname = "libgomp.so.1",
	.first = N_GOMP_parallel,
	.end = N_GOMP_task + 1,
	.cold = cold,
	.begin = start,
	.absent = (void *)(uintptr_t)absent,
	.after_fork_child = forget,
};
