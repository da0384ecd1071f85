/*
 * pool_shapes - a pool of three workers that nobody told us about, in the ways
 * that programs make them, and its own account of how it did.
 *
 *	pool_shapes SHAPE LOG
 *
 * Ten tasks that hold their worker; "held IDLE WAITING" when three are started:
 * how many workers are idle and how many tasks wait.  A line on standard input
 * lets four go; "held" again when they are done and others have been started in
 * their place.  The next line lets all go; "idle" when all workers wait again.
 * The next begins the steady part: bursts of nine tasks of 3 ms.  Then it
 * writes its log, says "end", and ends with the fourth line.
 */
#include "tests/hosts/pool_log.h"
#include "tests/hosts/pool_shapes.h"

#include <inttypes.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define NOINLINE __attribute__((noinline))

static struct shape shape;
static struct queue queues[WORKERS];
static struct task tasks[TASKS];
static sem_t posted;
static uint32_t word;
static int hold[2];
static _Atomic unsigned started, done;

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void
rest(unsigned us)
{
	struct timespec ts = { us / 1000000, us % 1000000 * 1000 };

	while (nanosleep(&ts, &ts) != 0)
		;
}

NOINLINE static void
wrapper(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	__asm__ volatile("" ::: "memory");
}

#define LOCK(m) (shape.wrapped ? wrapper(m) : (void)pthread_mutex_lock(m))

static void
wake(struct queue *q)
{
	if (shape.broadcasts)
		pthread_cond_broadcast(&q->filled);
	else if (shape.always || q->idle > 0)
		pthread_cond_signal(&q->filled);
}

static void
lock_to_submit(struct queue *q)
{
	if (!shape.tries)
		LOCK(&q->mutex);
	else
		while (pthread_mutex_trylock(&q->mutex) != 0)
			rest(100);
}

static void
submit_bulk(unsigned from, unsigned n)
{
	struct queue *q = &queues[0];

	LOCK(&q->mutex);
	for (unsigned i = from; i < from + n; i++) {
		tasks[i].queued = now_ns();
		q->task[q->tail++] = &tasks[i];
	}
	wake(q);
	pthread_mutex_unlock(&q->mutex);
}

static pthread_cond_t *
room_of(struct queue *q)
{
	return shape.second ? &q->room : &q->filled;
}

static bool
is_full(const struct queue *q, const struct task *t)
{
	bool little = (shape.second || shape.refuses) && !t->hold;

	return (shape.bounded || (shape.refuses && little)) &&
	    q->tail - q->head >= (little ? LITTLE_ROOM : ROOM);
}

/* False when it is refused. */
NOINLINE static bool
lock_to_put(struct queue *q, struct task *t)
{
	lock_to_submit(q);
	while (is_full(q, t)) {
		if (shape.refuses) {
			pthread_mutex_unlock(&q->mutex);
			return false;
		}
		pthread_cond_wait(room_of(q), &q->mutex);
	}
	if (shape.bounded || shape.refuses)
		t->queued = now_ns();
	return true;
}

static void
submit(unsigned i)
{
	struct queue *q = &queues[shape.queue_each ? i % WORKERS : 0];
	struct task *t = &tasks[i];

	t->queued = now_ns();
	if (shape.kind == EPOLL || shape.kind == READ) {
		if (write(q->pipe[1], &t, sizeof(t)) != sizeof(t))
			abort();
		return;
	}
	/* Those that hold come to workers who are awake. */
	if (shape.refuses && t->hold)
		rest(20000);
	while (!lock_to_put(q, t))
		rest(200);
	q->task[q->tail++] = t;
	if (shape.kind == COND)
		wake(q);
	pthread_mutex_unlock(&q->mutex);
	if (shape.kind == SEM)
		sem_post(&posted);
	if (shape.kind == ODD)
		odd_wake(shape.odd, q);
	if (shape.kind != FUTEX)
		return;
	__atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static inline __attribute__((always_inline)) void
work_on(struct task *t)
{
	char c;

	t->started = now_ns();
	started++;
	if (t->hold && read(hold[0], &c, 1) != 1)
		abort();
	if (!t->hold)
		rest(shape.inside ? TASK_US / 2 : shape.second ?
		    3 * TASK_US : TASK_US);
	if (!t->hold && shape.inside) {
		pthread_mutex_lock(&queues[0].mutex);
		pthread_mutex_unlock(&queues[0].mutex);
		rest(TASK_US / 2);
	}
	t->done = now_ns();
	done++;
}

NOINLINE static void
run(struct task *t)
{
	work_on(t);
	__asm__ volatile("" ::: "memory");
}

/* Of what the calling worker took at once. */
static __thread struct task *last;

static struct task *
take_cond(struct queue *q)
{
	struct task *t;

	LOCK(&q->mutex);
	while (q->head == q->tail) {
		q->idle++;
		pthread_cond_wait(&q->filled, &q->mutex);
		q->idle--;
	}
	t = q->task[q->head++];
	if (shape.bounded)
		pthread_cond_broadcast(room_of(q));
	if (shape.drains) {
		q->head = q->tail;
		last = q->task[q->tail - 1];
	}
	pthread_mutex_unlock(&q->mutex);
	return t;
}

/* Tasks lie one beside the other. */
static struct task *
take_drained(struct queue *q)
{
	static __thread struct task *next;

	next = next == last ? take_cond(q) : next + 1;
	return next;
}

struct task *
take_listed(struct queue *q)
{
	struct task *t = NULL;

	pthread_mutex_lock(&q->mutex);
	if (q->head != q->tail)
		t = q->task[q->head++];
	pthread_mutex_unlock(&q->mutex);
	return t;
}

static struct task *
take_futex(struct queue *q)
{
	for (;;) {
		uint32_t seen = __atomic_load_n(&word, __ATOMIC_SEQ_CST);
		struct task *t = take_listed(q);

		if (t != NULL)
			return t;
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, NULL,
		    NULL, 0);
	}
}

static struct task *
take_epoll(struct queue *q, int ep)
{
	struct epoll_event ev;
	struct task *t;

	if (shape.turns)
		pthread_mutex_lock(&q->mutex);
	while (epoll_wait(ep, &ev, 1, -1) != 1)
		;
	if (read(q->pipe[0], &t, sizeof(t)) != sizeof(t))
		t = NULL;
	if (shape.turns)
		pthread_mutex_unlock(&q->mutex);
	return t;
}

static struct task *
take_read(struct queue *q)
{
	struct task *t;

	return read(q->pipe[0], &t, sizeof(t)) == sizeof(t) ? t : NULL;
}

static struct task *
take(struct queue *q, int ep)
{
	switch (shape.kind) {
	case COND:
		if (shape.drains)
			return take_drained(q);
		return shape.wakes ? take_now_and_then(q) : take_cond(q);
	case SEM:
		while (sem_wait(&posted) != 0)
			;
		return take_listed(q);
	case EPOLL:
		return take_epoll(q, ep);
	case READ:
		return take_read(q);
	case ODD:
		return odd_take(shape.odd, queues, q);
	default:
		return take_futex(q);
	}
}

/* Not static: it is what the pool is named after. */
void *shapes_worker(void *arg);
void *
shapes_worker(void *arg)
{
	struct queue *q = arg;
	struct epoll_event ev = { .events = EPOLLIN };
	int ep = epoll_create1(0);

	if (shape.kind == EPOLL)
		epoll_ctl(ep, EPOLL_CTL_ADD, q->pipe[0], &ev);
	for (;;) {
		struct task *t = take(q, ep);

		if (t == NULL)
			continue;
		if (shape.beside)
			work_on(t);
		else
			run(t);
		if (!shape.counts)
			continue;
		LOCK(&q->mutex);
		pthread_mutex_unlock(&q->mutex);
	}
	return NULL;
}

static void *
ask(void *arg)
{
	struct queue *q = arg;
	volatile unsigned length;

	for (;;) {
		pthread_mutex_lock(&q->mutex);
		length = q->tail - q->head;
		pthread_mutex_unlock(&q->mutex);
		(void)length;
		rest(1000);
	}
	return NULL;
}

static void
start(void)
{
	pthread_t th;

	if (pipe(hold) != 0 || sem_init(&posted, 0, 0) != 0)
		abort();
	for (unsigned i = 0; i < WORKERS; i++) {
		struct queue *q = &queues[i];

		pthread_mutex_init(&q->mutex, NULL);
		pthread_cond_init(&q->filled, NULL);
		pthread_cond_init(&q->room, NULL);
		if (pipe(q->pipe) != 0)
			abort();
	}
	odd_start();
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_create(&th, NULL, shapes_worker,
		    &queues[shape.queue_each ? i : 0]);
	if (shape.asked)
		pthread_create(&th, NULL, ask, &queues[0]);
	rest(50000); /* the workers wait by now, or come in late */
}

static void
say(const char *what)
{
	char line[16];

	printf("%s\n", what);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		exit(1);
}

/* Every task's times, by which lines are judged: when it was queued, started
 * and done, in ns since the process started. */
static int
write_log(const char *path)
{
	FILE *f = fopen(path, "w");
	uint64_t start = pool_log_start();

	if (f == NULL)
		return 0;
	for (unsigned i = 0; i < TASKS; i++)
		fprintf(f, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		    tasks[i].queued - start, tasks[i].started - start,
		    tasks[i].done - start);
	return fclose(f) == 0;
}

/* One by one: no task is let go of that was not held. */
static void
let_go(unsigned n)
{
	char byte = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned before = done;

		if (write(hold[1], &byte, 1) != 1)
			abort();
		while (done == before)
			rest(1000);
	}
}

/* Who has a queue of its own, or found all taken, may find nothing more. */
static void
say_held(unsigned finished)
{
	char text[32];

	while (done < finished ||
	    (!shape.queue_each && !shape.drains &&
	    started < finished + WORKERS))
		rest(1000);
	rest(20000);
	snprintf(text, sizeof(text), "held %u %u", WORKERS - (started - done),
	    HELD - started);
	say(text);
}

static void
hold_and_release(void)
{
	for (unsigned i = 0; i < HELD; i++) {
		tasks[i].hold = true;
		submit(i);
		/* Who drains would take several at once. */
		while (shape.drains && started < MIN(i + 1, WORKERS))
			rest(1000);
	}
	while (started < WORKERS)
		rest(1000);
	say_held(0);
	let_go(LET_GO);
	say_held(LET_GO);
	let_go(HELD - LET_GO);
	while (done < HELD)
		rest(1000);
	say("idle");
}

static void
be_steady(void)
{
	unsigned i = HELD;

	for (unsigned b = 0; b < BURSTS; b++) {
		if (shape.bulk)
			submit_bulk(i, BURST);
		for (unsigned k = 0; k < BURST; k++, i++) {
			if (!shape.bulk)
				submit(i);
		}
		if (!shape.second)
			rest(GAP_US);
	}
	while (done < TASKS)
		rest(1000);
}

int
main(int argc, char **argv)
{
	for (const struct shape *s = shapes; argc == 3 && s->name != NULL; s++)
		if (strcmp(argv[1], s->name) == 0)
			shape = *s;
	if (shape.name == NULL)
		return 2;
	start();
	hold_and_release();
	be_steady();
	if (!write_log(argv[2]))
		return 1;
	say("end");
	return 0;
}
