/*
 * taskmap - a hash table whose entries are queues of equal keys.
 */
#include "shim/sched/taskmap.h"

#include <stddef.h>
#include <string.h>

#include "common/base/mem.h"

bool
taskmap_make(struct taskmap *m)
{
	if (m->task != NULL)
		return true;
	m->bucket = mem_reserve_forever(TASKMAP_BUCKETS *
	    sizeof(m->bucket[0]));
	m->task = mem_reserve_forever(TASKMAP_ROOM * sizeof(m->task[0]));
	if (m->bucket == NULL)
		m->task = NULL;
	return m->task != NULL;
}

static uint64_t
mixed(uint64_t h, uint64_t x)
{
	return (h ^ x) * 0x9e3779b97f4a7c15ull;
}

static uint32_t *
bucket_of(const struct taskmap *m, const struct task_key *k)
{
	uint64_t h = k->more;

	for (unsigned i = 0; i < ARRAY_LEN(k->word); i++)
		h = mixed(h >> 29 ^ h, (uint64_t)(uintptr_t)k->word[i]);
	return &m->bucket[h >> 32 & (TASKMAP_BUCKETS - 1)];
}

/* The link that leads to the first task with this key, or to nothing. */
static uint32_t *
link_of(const struct taskmap *m, const struct task_key *k)
{
	uint32_t *link = bucket_of(m, k);

	while (*link != 0 &&
	    memcmp(&m->task[*link].key, k, sizeof(*k)) != 0)
		link = &m->task[*link].next_key;
	return link;
}

static uint32_t
number(const struct taskmap *m, const struct task *t)
{
	return (uint32_t)(t - m->task);
}

/* Number 0 is never given out. */
static struct task *
take_free(struct taskmap *m)
{
	uint32_t n = m->free;

	if (n != 0) {
		m->free = m->task[n].after;
	} else if (m->used + 1 < TASKMAP_ROOM) {
		n = ++m->used;
	} else {
		m->lost++;
		return NULL;
	}
	memset(&m->task[n], 0, sizeof(m->task[n]));
	return &m->task[n];
}

static void
enter_list(struct taskmap *m, struct tasklist *list, struct task *t)
{
	uint32_t n = number(m, t);

	t->before = list->last;
	if (list->last != 0)
		m->task[list->last].after = n;
	else
		list->first = n;
	list->last = n;
}

static void
leave_list(struct taskmap *m, struct tasklist *list, const struct task *t)
{
	if (t->before != 0)
		m->task[t->before].after = t->after;
	else
		list->first = t->after;
	if (t->after != 0)
		m->task[t->after].before = t->before;
	else
		list->last = t->before;
}

static void
enter_queue(struct taskmap *m, struct task *t, bool in_front)
{
	uint32_t *link = link_of(m, &t->key), n = number(m, t);
	struct task *first = &m->task[*link];

	if (*link == 0) {
		t->last_same = n;
		*link = n;
	} else if (in_front) {
		t->next_key = first->next_key;
		t->next_same = *link;
		t->last_same = first->last_same;
		*link = n;
	} else {
		m->task[first->last_same].next_same = n;
		first->last_same = n;
	}
}

/* @t is not the first of its key: the one before it has to be looked for. */
static void
leave_middle(struct taskmap *m, struct task *first, const struct task *t)
{
	struct task *p = first;

	while (p->next_same != number(m, t))
		p = &m->task[p->next_same];
	p->next_same = t->next_same;
	if (first->last_same == number(m, t))
		first->last_same = number(m, p);
}

static void
leave_queue(struct taskmap *m, const struct task *t)
{
	uint32_t *link = link_of(m, &t->key);
	struct task *first = &m->task[*link];

	if (first != t) {
		leave_middle(m, first, t);
		return;
	}
	if (t->next_same == 0) {
		*link = t->next_key;
		return;
	}
	*link = t->next_same;
	m->task[*link].next_key = t->next_key;
	m->task[*link].last_same = t->last_same;
}

struct task *
taskmap_put(struct taskmap *m, struct tasklist *list,
    const struct task_key *key, bool in_front)
{
	struct task *t = m->task == NULL ? NULL : take_free(m);

	if (t == NULL)
		return NULL;
	t->key = *key;
	enter_list(m, list, t);
	enter_queue(m, t, in_front);
	return t;
}

struct task *
taskmap_find(const struct taskmap *m, const struct task_key *key)
{
	if (m->task == NULL)
		return NULL;

	uint32_t n = *link_of(m, key);

	return n == 0 ? NULL : &m->task[n];
}

void
taskmap_drop(struct taskmap *m, struct tasklist *list, struct task *t)
{
	leave_list(m, list, t);
	leave_queue(m, t);
	t->after = m->free;
	m->free = number(m, t);
}

struct task *
taskmap_first(const struct taskmap *m, const struct tasklist *list)
{
	return list->first == 0 ? NULL : &m->task[list->first];
}

struct task *
taskmap_next(const struct taskmap *m, const struct task *t)
{
	return t->after == 0 ? NULL : &m->task[t->after];
}

void
taskmap_forget(struct taskmap *m)
{
	if (m->task == NULL || m->used == 0)
		return;
	memset(m->bucket, 0, TASKMAP_BUCKETS * sizeof(m->bucket[0]));
	m->used = m->free = 0;
}
