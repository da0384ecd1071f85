/*
 * pool_shapes_odd - pools whose workers do more than wait for one condition.
 */
#include "tests/hosts/pool_shapes.h"

#include <stddef.h>

enum { LOOKS = 2000 };

/* A mutex and conditions that are nobody's queue. */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	unsigned news;			/* times that something was queued */
	pthread_cond_t own[WORKERS];
	bool called[WORKERS];
	unsigned idle[WORKERS], idle_count;
} bell;

void
odd_start(void)
{
	pthread_mutex_init(&bell.mutex, NULL);
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

void
odd_wake(enum odd_kind kind)
{
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
