/*
 * pool_shapes - the queue of tests/hosts/pool_shapes, and the less usual ways
 * to wait for what is in it.
 */
#ifndef TESTS_HOSTS_POOL_SHAPES_H
#define TESTS_HOSTS_POOL_SHAPES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { WORKERS = 3, HELD = 10, LET_GO = 4, ROOM = 7, LITTLE_ROOM = 2 };
enum { BURST = 9, BURSTS = 40, TASK_US = 3000 };
enum { TASKS = HELD + BURST * BURSTS, GAP_US = 30000 };

struct task {
	uint64_t queued, started, done;
	bool hold;
};

struct queue {
	pthread_mutex_t mutex;
	pthread_cond_t filled, room;
	struct task *task[TASKS];
	unsigned head, tail, idle;
	int pipe[2];
};

enum odd_kind {
	NOT_ODD,
	ANY,		/* the condition has a mutex of its own, under which
			 * news are counted */
	INNER,		/* the same, and it guards nothing: so has
			 * std::condition_variable_any */
	LISTEN,		/* one waits in epoll_wait(), the others for it */
	BELL,		/* the same, and who waits looks once more under it */
	SPIN,		/* looks for a while before it waits */
	STEAL,		/* takes from others before it waits */
	OWN,		/* each worker has a condition of its own, and is woken
			 * when it is its turn */
};

struct shape {
	const char *name;
	bool always;		/* signals whether or not somebody is idle */
	bool broadcasts;
	bool wrapped;		/* all locks are taken at one place */
	bool counts;		/* workers lock again to say that they are
				 * done */
	bool asked;		/* the length is asked for all the time */
	bool tries;		/* who submits tries to get the lock */
	bool bulk;		/* a burst is queued under one lock */
	bool wakes;		/* waits end after a while, and begin anew */
	bool inside;		/* a task locks the mutex, too */
	bool turns;		/* who waits for a task has the mutex */
	bool beside;		/* tasks are part of the worker's function */
	bool bounded;		/* who submits waits for room, where workers
				 * wait for tasks */
	bool second;		/* it waits at a condition of its own, nearly
				 * all the time */
	bool refuses;		/* when there is no room it is tried again */
	bool drains;		/* who takes takes all there are */
	enum { COND, SEM, EPOLL, FUTEX, READ, ODD } kind;
	enum odd_kind odd;
	bool queue_each;
};
/* The last has no name. */
extern const struct shape shapes[];

void odd_start(void);
/* A task was put into queue @q, whose mutex is free again. */
void odd_wake(enum odd_kind kind, struct queue *q);
/* The next task of the calling worker; @q is its own queue, of WORKERS. */
struct task *odd_take(enum odd_kind kind, struct queue *queues,
    struct queue *q);
/* NULL when there is none. */
struct task *take_listed(struct queue *q);
/* The same, after a wait of 20 ms at most. */
struct task *take_now_and_then(struct queue *q);

#endif
