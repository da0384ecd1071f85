/*
 * diag.h - a program tells diag about its thread pools.
 *
 * Everything here may be called whether or not libdiag.so is in the process:
 * without it diag_pool_create() gives NULL, and a call with a NULL pool is one
 * predictable branch.  With it the pool has a POOL line in DIAG=schedtrace,
 * with exact counts and times.  See diag(3).
 *
 *	pool = diag_pool_create("resize", 0);
 *	worker:	diag_worker_begin(pool, 0);
 *		loop { take t; diag_task_started(pool, &t->diag);
 *		    work; diag_task_done(pool, &t->diag); }
 *		diag_worker_end(pool);
 *	submitter: diag_task_queued(pool, &t->diag); put t in the queue
 *
 * Errors   none is ever reported: what cannot be recorded is counted and said
 *          in the log, the program goes on.
 * Threads  every call may be made by any thread; none blocks or allocates.
 * Source   the times are the machine's time stamp counter where it is steady,
 *          else CLOCK_MONOTONIC.
 */
#ifndef DIAG_DIAG_H
#define DIAG_DIAG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A pool; NULL where libdiag.so is not in the process. */
typedef struct diag_pool diag_pool;

/* One task, in the caller's memory, from queued to done.  All zero before;
 * diag fills in the times.  @queue is the caller's: which of the pool's queues
 * it is in, from 0; it must not change while the task is queued. */
typedef struct diag_task {
	uint64_t queued;
	uint64_t started;
	uint32_t queue;
	uint32_t reserved;
} diag_task;

/* How many tasks wait now, for a pool that counts them itself; called by
 * diag's thread once a period, must not block. */
typedef int64_t (*diag_gauge)(void *arg);

/* Not called directly: the functions below look first whether they exist. */
#define DIAG_WEAK_ __attribute__((weak))
extern DIAG_WEAK_ diag_pool *diag_pool_create_v1(const char *name,
    unsigned queues);
extern DIAG_WEAK_ void diag_pool_destroy_v1(diag_pool *pool);
extern DIAG_WEAK_ void diag_pool_gauge_v1(diag_pool *pool, diag_gauge waiting,
    void *arg);
extern DIAG_WEAK_ void diag_worker_begin_v1(diag_pool *pool, unsigned queue);
extern DIAG_WEAK_ void diag_worker_end_v1(diag_pool *pool);
extern DIAG_WEAK_ void diag_tasks_queued_v1(diag_pool *pool,
    diag_task *tasks, size_t n);
extern DIAG_WEAK_ void diag_tasks_started_v1(diag_pool *pool,
    diag_task *tasks, size_t n);
extern DIAG_WEAK_ void diag_tasks_done_v1(diag_pool *pool,
    diag_task *tasks, size_t n);
extern DIAG_WEAK_ void diag_tasks_dropped_v1(diag_pool *pool,
    diag_task *tasks, size_t n);

/* A pool of this name (31 bytes of it are kept) with so many queues: 0 or 1
 * for one that all workers share. */
static inline diag_pool *
diag_pool_create(const char *name, unsigned queues)
{
	return diag_pool_create_v1 != NULL ?
	    diag_pool_create_v1(name, queues) : NULL;
}

/* The pool is gone; its workers are none of it any more. */
static inline void
diag_pool_destroy(diag_pool *pool)
{
	if (pool != NULL)
		diag_pool_destroy_v1(pool);
}

/* The pool counts its waiting tasks itself: ask @waiting. */
static inline void
diag_pool_gauge(diag_pool *pool, diag_gauge waiting, void *arg)
{
	if (pool != NULL)
		diag_pool_gauge_v1(pool, waiting, arg);
}

/* The calling thread is a worker of this pool and serves this queue. */
static inline void
diag_worker_begin(diag_pool *pool, unsigned queue)
{
	if (pool != NULL)
		diag_worker_begin_v1(pool, queue);
}

/* It is one no longer.  A thread that ends need not say so. */
static inline void
diag_worker_end(diag_pool *pool)
{
	if (pool != NULL)
		diag_worker_end_v1(pool);
}

/* Tasks entered a queue: call it before a worker can take them. */
static inline void
diag_tasks_queued(diag_pool *pool, diag_task *tasks, size_t n)
{
	if (pool != NULL)
		diag_tasks_queued_v1(pool, tasks, n);
}

/* The calling thread begins to work on tasks. */
static inline void
diag_tasks_started(diag_pool *pool, diag_task *tasks, size_t n)
{
	if (pool != NULL)
		diag_tasks_started_v1(pool, tasks, n);
}

/* It is done with them. */
static inline void
diag_tasks_done(diag_pool *pool, diag_task *tasks, size_t n)
{
	if (pool != NULL)
		diag_tasks_done_v1(pool, tasks, n);
}

/* Tasks left the queue without being started. */
static inline void
diag_tasks_dropped(diag_pool *pool, diag_task *tasks, size_t n)
{
	if (pool != NULL)
		diag_tasks_dropped_v1(pool, tasks, n);
}

/* The same for one task. */
static inline void
diag_task_queued(diag_pool *pool, diag_task *task)
{
	diag_tasks_queued(pool, task, 1);
}

static inline void
diag_task_started(diag_pool *pool, diag_task *task)
{
	diag_tasks_started(pool, task, 1);
}

static inline void
diag_task_done(diag_pool *pool, diag_task *task)
{
	diag_tasks_done(pool, task, 1);
}

static inline void
diag_task_dropped(diag_pool *pool, diag_task *task)
{
	diag_tasks_dropped(pool, task, 1);
}

#ifdef __cplusplus
}
#endif

#endif
