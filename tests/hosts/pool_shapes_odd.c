/*
 * pool_shapes_odd - pools whose workers do more than wait for one condition.
 */
#include "tests/hosts/pool_shapes.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS = 2000 };

/* A mutex and conditions that are nobody's queue. */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	unsigned news;			/* times that something was queued */
	pthread_cond_t own[WORKERS];
	bool called[WORKERS];
	bool listens;			/* somebody does, until it is told */
	int epoll, pipe[2];
	unsigned idle[WORKERS], idle_count;
} bell;

void
odd_start(void)
{
	struct epoll_event ev = { .events = EPOLLIN };

	pthread_mutex_init(&bell.mutex, NULL);
	bell.epoll = epoll_create1(0);
	if (pipe(bell.pipe) != 0 || epoll_ctl(bell.epoll, EPOLL_CTL_ADD,
	    bell.pipe[0], &ev) != 0)
		abort();
	pthread_cond_init(&bell.cond, NULL);
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_cond_init(&bell.own[i], NULL);
}

/* Who was idle last is woken first. */
static void
call_one(void)
{
	unsigned who;

	if (bell.idle_count == 0)
		return;
	who = bell.idle[--bell.idle_count];
	bell.called[who] = true;
	pthread_cond_signal(&bell.own[who]);
}

/* Who listens is told when there are more tasks than others who wait. */
static void
wake_listener(struct queue *q)
{
	pthread_mutex_lock(&q->mutex);
	pthread_cond_signal(&q->filled);
	if (bell.listens && q->tail - q->head > q->idle) {
		bell.listens = false;
		if (write(bell.pipe[1], "", 1) != 1)
			abort();
	}
	pthread_mutex_unlock(&q->mutex);
}

void
odd_wake(enum odd_kind kind, struct queue *q)
{
	if (kind == LISTEN) {
		wake_listener(q);
		return;
	}
	pthread_mutex_lock(&bell.mutex);
	bell.news++;
	if (kind == OWN)
		call_one();
	else
		pthread_cond_signal(&bell.cond);
	pthread_mutex_unlock(&bell.mutex);
}

static unsigned
news(void)
{
	unsigned n;

	pthread_mutex_lock(&bell.mutex);
	n = bell.news;
	pthread_mutex_unlock(&bell.mutex);
	return n;
}

static void
wait_for_news(unsigned seen)
{
	pthread_mutex_lock(&bell.mutex);
	while (bell.news == seen)
		pthread_cond_wait(&bell.cond, &bell.mutex);
	pthread_mutex_unlock(&bell.mutex);
}

static void
wait_to_be_called(unsigned me, unsigned seen)
{
	pthread_mutex_lock(&bell.mutex);
	if (bell.news == seen) {
		bell.called[me] = false;
		bell.idle[bell.idle_count++] = me;
		while (!bell.called[me])
			pthread_cond_wait(&bell.own[me], &bell.mutex);
	}
	pthread_mutex_unlock(&bell.mutex);
}

static unsigned
my_number(void)
{
	static unsigned workers;
	static __thread unsigned mine;

	if (mine == 0)
		mine = __atomic_add_fetch(&workers, 1, __ATOMIC_RELAXED);
	return mine - 1;
}

static struct task *
look_around(enum odd_kind kind, struct queue *queues, struct queue *q)
{
	unsigned first = (unsigned)(q - queues);
	struct task *t = take_listed(q);

	for (unsigned i = 1; t == NULL && kind == SPIN && i < LOOKS; i++)
		t = take_listed(q);
	for (unsigned i = 1; t == NULL && kind == STEAL && i < WORKERS; i++)
		t = take_listed(&queues[(first + i) % WORKERS]);
	return t;
}

/* The queue's mutex is let go of under the condition's. */
static struct task *
take_inner(struct queue *q)
{
	struct task *t;

	pthread_mutex_lock(&q->mutex);
	while (q->head == q->tail) {
		pthread_mutex_lock(&bell.mutex);
		pthread_mutex_unlock(&q->mutex);
		pthread_cond_wait(&bell.cond, &bell.mutex);
		pthread_mutex_unlock(&bell.mutex);
		pthread_mutex_lock(&q->mutex);
	}
	t = q->task[q->head++];
	pthread_mutex_unlock(&q->mutex);
	return t;
}

static void
listen_alone(struct queue *q)
{
	struct epoll_event ev;
	char byte;

	bell.listens = true;
	pthread_mutex_unlock(&q->mutex);
	while (epoll_wait(bell.epoll, &ev, 1, -1) != 1)
		;
	if (read(bell.pipe[0], &byte, 1) != 1)
		abort();
	pthread_mutex_lock(&q->mutex);
}

static struct task *
take_listening(struct queue *q)
{
	static bool taken;	/* the listener's part */
	struct task *t;

	pthread_mutex_lock(&q->mutex);
	while (q->head == q->tail) {
		if (!taken) {
			taken = true;
			listen_alone(q);
			taken = false;
		} else {
			q->idle++;
			pthread_cond_wait(&q->filled, &q->mutex);
			q->idle--;
		}
	}
	t = q->task[q->head++];
	pthread_mutex_unlock(&q->mutex);
	return t;
}

static struct task *
take_bell(struct queue *q)
{
	struct task *t;

	while ((t = take_listed(q)) == NULL) {
		pthread_mutex_lock(&bell.mutex);
		t = take_listed(q);
		if (t == NULL)
			pthread_cond_wait(&bell.cond, &bell.mutex);
		pthread_mutex_unlock(&bell.mutex);
		if (t != NULL)
			break;
	}
	return t;
}

struct task *
odd_take(enum odd_kind kind, struct queue *queues, struct queue *q)
{
	if (kind == INNER)
		return take_inner(q);
	if (kind == BELL)
		return take_bell(q);
	if (kind == LISTEN)
		return take_listening(q);
	for (;;) {
		unsigned seen = news();
		struct task *t = look_around(kind, queues, q);

		if (t != NULL)
			return t;
		if (kind == OWN)
			wait_to_be_called(my_number(), seen);
		else
			wait_for_news(seen);
	}
}

/* Ends after 20 ms when nobody has signalled. */
static void
wait_a_while(struct queue *q)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec += 20000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&q->filled, &q->mutex, &at);
}

struct task *
take_now_and_then(struct queue *q)
{
	struct task *t = NULL;

	pthread_mutex_lock(&q->mutex);
	if (q->head == q->tail)
		wait_a_while(q);
	if (q->head != q->tail)
		t = q->task[q->head++];
	pthread_mutex_unlock(&q->mutex);
	return t;
}
