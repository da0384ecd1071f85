/*
 * api - the calls of <diag/diag.h>.
 *
 * Pools and workers are kept at all times, so that schedtrace shows them when
 * it begins later.  Tasks are counted while it runs; otherwise such a call is
 * one load and one branch.
 */
#include <diag/diag.h>
#include <stddef.h>

#include "common/base/attrs.h"
#include "shim/sched/pool.h"

_Static_assert(sizeof(struct diag_task) == sizeof(struct pool_stamp) &&
    offsetof(struct diag_task, queued) ==
    offsetof(struct pool_stamp, queued) &&
    offsetof(struct diag_task, started) ==
    offsetof(struct pool_stamp, started) &&
    offsetof(struct diag_task, queue) == offsetof(struct pool_stamp, queue),
    "the API's task is a stamp");

static struct pool *
inner(struct diag_pool *p)
{
	return (struct pool *)(void *)p;
}

static struct pool_stamp *
stamps(struct diag_task *tasks)
{
	return (struct pool_stamp *)(void *)tasks;
}

DIAG_EXPORT struct diag_pool *
diag_pool_create_v1(const char *name, unsigned queues)
{
	return (struct diag_pool *)(void *)pool_make(&(struct pool_traits){
	    .name = name != NULL ? name : "pool",
	    .via = "api",
	    .queues = queues,
	    .timed = true,
	    .counts_queue = true,
	});
}

DIAG_EXPORT void
diag_pool_destroy_v1(struct diag_pool *p)
{
	pool_unmake(inner(p));
}

DIAG_EXPORT void
diag_pool_gauge_v1(struct diag_pool *p, diag_gauge waiting, void *arg)
{
	pool_gauge(inner(p), waiting, arg);
}

DIAG_EXPORT void
diag_worker_begin_v1(struct diag_pool *p, unsigned queue)
{
	pool_worker_begin(inner(p), queue);
}

DIAG_EXPORT void
diag_worker_end_v1(struct diag_pool *p)
{
	pool_worker_end(inner(p));
}

#define TASKS(what)							\
DIAG_EXPORT void							\
diag_tasks_##what##_v1(struct diag_pool *p, struct diag_task *tasks,	\
    size_t n)								\
{									\
	if (unlikely(pool_is_armed()))					\
		pool_##what(inner(p), stamps(tasks), n);		\
}

TASKS(queued)
TASKS(started)
TASKS(done)
TASKS(dropped)
