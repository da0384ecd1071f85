/*
 * model - what happened, whoever wrote it down: events and stacks.
 */
#include "tool/report/model.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/report/alloc.h"

enum { FIRST_TABLE = 4096, THREAD_HINTS = 1 << 16 };

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
	m->frame_mask = m->node_mask = FIRST_TABLE - 1;
	m->frame_table = alloc_zeroed(FIRST_TABLE, sizeof(uint32_t));
	m->node_table = alloc_zeroed(FIRST_TABLE, sizeof(uint32_t));
	m->thread_hint = alloc_zeroed(THREAD_HINTS, sizeof(uint32_t));
	make_room(m, nodes);
	m->nodes[m->n_nodes++] = (struct node){ 0 };
	make_room(m, sites);
	m->sites[m->n_sites++] = (struct site){ 0 };
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
	free(m->threads);
	free(m->told);
	free(m->processes);
	free(m->frame_table);
	free(m->node_table);
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
	struct module x = { add_text(m, name), add_text(m, path),
		add_text(m, build_id) };

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
	for (size_t i = m->n_processes; i-- > 0;)
		if (m->processes[i] == pid)
			return (uint32_t)i;
	make_room(m, processes);
	m->processes[m->n_processes] = pid;
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

static size_t
frame_home(const struct model *m, const struct frame *f)
{
	return (strings_hash(f, sizeof(*f)) >> 20) & m->frame_mask;
}

static void
grow_frames(struct model *m)
{
	free(m->frame_table);
	m->frame_mask = m->frame_mask * 2 + 1;
	m->frame_table = alloc_zeroed(m->frame_mask + 1, sizeof(uint32_t));
	for (size_t i = 1; i < m->n_frames; i++) {
		size_t at = frame_home(m, &m->frames[i]);

		while (m->frame_table[at] != 0)
			at = (at + 1) & m->frame_mask;
		m->frame_table[at] = (uint32_t)i;
	}
}

uint32_t
model_frame(struct model *m, const struct frame *f)
{
	if (m->n_frames * 2 > m->frame_mask)
		grow_frames(m);

	size_t at = frame_home(m, f);

	for (; m->frame_table[at] != 0; at = (at + 1) & m->frame_mask)
		if (memcmp(&m->frames[m->frame_table[at]], f, sizeof(*f)) == 0)
			return m->frame_table[at];
	make_room(m, frames);
	m->frames[m->n_frames] = *f;
	m->frame_table[at] = (uint32_t)m->n_frames;
	return (uint32_t)m->n_frames++;
}

static size_t
node_home(const struct model *m, uint32_t parent, uint32_t frame)
{
	uint64_t key = (uint64_t)parent << 32 | frame;

	return (key * 0x9e3779b97f4a7c15u >> 24) & m->node_mask;
}

static void
grow_nodes(struct model *m)
{
	free(m->node_table);
	m->node_mask = m->node_mask * 2 + 1;
	m->node_table = alloc_zeroed(m->node_mask + 1, sizeof(uint32_t));
	for (size_t i = 1; i < m->n_nodes; i++) {
		size_t at = node_home(m, m->nodes[i].parent,
		    m->nodes[i].frame);

		while (m->node_table[at] != 0)
			at = (at + 1) & m->node_mask;
		m->node_table[at] = (uint32_t)i;
	}
}

uint32_t
model_node(struct model *m, uint32_t parent, uint32_t frame)
{
	if (m->n_nodes * 2 > m->node_mask)
		grow_nodes(m);

	size_t at = node_home(m, parent, frame);

	for (; m->node_table[at] != 0; at = (at + 1) & m->node_mask) {
		const struct node *n = &m->nodes[m->node_table[at]];

		if (n->parent == parent && n->frame == frame)
			return m->node_table[at];
	}
	make_room(m, nodes);
	m->nodes[m->n_nodes] = (struct node){
		.parent = parent,
		.frame = frame,
	};
	m->node_table[at] = (uint32_t)m->n_nodes;
	return (uint32_t)m->n_nodes++;
}

void
model_told_leak(struct model *m, const struct told_leak *leak)
{
	make_room(m, told);
	m->told[m->n_told++] = *leak;
}
