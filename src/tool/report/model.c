/*
 * model - what happened, whoever wrote it down: events and stacks.
 */
#include "tool/report/model.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

enum { THREAD_HINTS = 1 << 16 };

/* Makes room for one more object in an array of the model. */
#define make_room(m, what) \
	((m)->what = alloc_room((m)->what, (m)->n_##what, &(m)->c_##what, \
	    sizeof(*(m)->what)))

void
model_start(struct model *m)
{
	*m = (struct model){ 0 };
	strings_start(&m->strings);
	blocks_start(&m->blocks);
	index_start(&m->frame_index);
	index_start(&m->node_index);
	m->thread_hint = alloc_zeroed(THREAD_HINTS, sizeof(uint32_t));
	make_room(m, nodes);
	m->nodes[m->n_nodes++] = (struct node){ 0 };
	make_room(m, sites);
	m->sites[m->n_sites++] = (struct site){ 0 };
	make_room(m, freers);
	m->freers[m->n_freers++] = (struct freer){ 0 };
	make_room(m, frames);
	m->frames[m->n_frames++] = (struct frame){ 0 };
	make_room(m, modules);
	m->modules[m->n_modules++] = (struct module){ 0 };
	m->totals.first_ns = UINT64_MAX;
	model_process(m, 0); /* lines without a prefix are number 0's */
}

void
model_drop(struct model *m)
{
	strings_drop(&m->strings);
	blocks_drop(&m->blocks);
	free(m->modules);
	free(m->frames);
	free(m->nodes);
	free(m->sites);
	free(m->freers);
	free(m->threads);
	free(m->told);
	free(m->processes);
	index_drop(&m->frame_index);
	index_drop(&m->node_index);
	free(m->thread_hint);
	*m = (struct model){ 0 };
}

static uint32_t
add_text(struct model *m, const char *text)
{
	return strings_add(&m->strings, text, strlen(text));
}

uint32_t
model_module(struct model *m, const char *name, const char *path,
    const char *build_id)
{
	struct module x = {
		.name = strings_add_clean(&m->strings, name, strlen(name)),
		.path = add_text(m, path),
		.build_id = add_text(m, build_id),
	};

	for (size_t i = m->n_modules; i-- > 1;)
		if (memcmp(&m->modules[i], &x, sizeof(x)) == 0)
			return (uint32_t)i;
	make_room(m, modules);
	m->modules[m->n_modules] = x;
	return (uint32_t)m->n_modules++;
}

uint32_t
model_process(struct model *m, uint32_t pid)
{
	uint64_t key = (uint64_t)m->file << 32 | pid;

	for (size_t i = m->n_processes; i-- > 0;)
		if (m->processes[i] == key)
			return (uint32_t)i;
	make_room(m, processes);
	m->processes[m->n_processes] = key;
	return (uint32_t)m->n_processes++;
}

/* The thread of that number among all, or n_threads. */
static size_t
find_thread(const struct model *m, uint32_t process, uint32_t tid)
{
	for (size_t i = m->n_threads; i-- > 0;)
		if (m->threads[i].tid == tid &&
		    m->threads[i].process == process)
			return i;
	return m->n_threads;
}

/* A hint that was never set proves that the thread is new. */
uint32_t
model_thread(struct model *m, uint32_t process, uint32_t tid, uint32_t name)
{
	uint32_t *hint = &m->thread_hint[tid % THREAD_HINTS];
	size_t i = m->n_threads;

	if (*hint != 0) {
		i = *hint - 1;
		if (m->threads[i].tid != tid ||
		    m->threads[i].process != process)
			i = find_thread(m, process, tid);
	}
	if (i == m->n_threads) {
		make_room(m, threads);
		m->threads[m->n_threads++] = (struct thread){
			.process = process,
			.tid = tid,
		};
	}
	*hint = (uint32_t)i + 1;
	m->threads[i].name = name;
	return (uint32_t)i;
}

static uint64_t
frame_hash(const void *owner, uint32_t number)
{
	const struct model *m = owner;

	return strings_hash(&m->frames[number], sizeof(*m->frames));
}

uint32_t
model_frame(struct model *m, const struct frame *f)
{
	index_room(&m->frame_index, m->n_frames, frame_hash, m);

	const struct index *x = &m->frame_index;
	size_t at = index_home(x, strings_hash(f, sizeof(*f)));

	for (; x->table[at] != 0; at = index_next(x, at))
		if (memcmp(&m->frames[x->table[at]], f, sizeof(*f)) == 0)
			return x->table[at];
	make_room(m, frames);
	m->frames[m->n_frames] = *f;
	x->table[at] = (uint32_t)m->n_frames;
	return (uint32_t)m->n_frames++;
}

static uint64_t
node_hash(const void *owner, uint32_t number)
{
	const struct model *m = owner;

	return index_pair(m->nodes[number].parent, m->nodes[number].frame);
}

uint32_t
model_node(struct model *m, uint32_t parent, uint32_t frame)
{
	index_room(&m->node_index, m->n_nodes, node_hash, m);

	const struct index *x = &m->node_index;
	size_t at = index_home(x, index_pair(parent, frame));

	for (; x->table[at] != 0; at = index_next(x, at)) {
		const struct node *n = &m->nodes[x->table[at]];

		if (n->parent == parent && n->frame == frame)
			return x->table[at];
	}
	make_room(m, nodes);
	m->nodes[m->n_nodes] = (struct node){
		.parent = parent,
		.frame = frame,
	};
	x->table[at] = (uint32_t)m->n_nodes;
	return (uint32_t)m->n_nodes++;
}

void
model_told_leak(struct model *m, const struct told_leak *leak)
{
	make_room(m, told);
	m->told[m->n_told++] = *leak;
}

void
model_forget_told(struct model *m, uint32_t summary)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n_told; i++)
		if (m->told[i].summary != summary)
			m->told[kept++] = m->told[i];
	m->n_told = kept;
}
