/*
 * events - the part of the model that each event of the input goes through.
 *
 * What a site held when the whole heap was largest is found without looking
 * at every site at every new peak: a peak has a number, and a site that is
 * about to change first keeps what it held if the last peak was after its
 * last change.
 */
#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/report/model.h"

static uint32_t
site_of(struct model *m, uint32_t node)
{
	struct node *n = &m->nodes[node];

	if (n->site != 0)
		return n->site;
	m->sites = alloc_room(m->sites, m->n_sites, &m->c_sites,
	    sizeof(*m->sites));
	m->sites[m->n_sites] = (struct site){ .node = node };
	n->site = (uint32_t)m->n_sites++;
	return n->site;
}

static struct freer *
freer_of(struct model *m, uint32_t node)
{
	struct node *n = &m->nodes[node];

	if (n->freer == 0) {
		m->freers = alloc_room(m->freers, m->n_freers, &m->c_freers,
		    sizeof(*m->freers));
		m->freers[m->n_freers] = (struct freer){ .node = node };
		n->freer = (uint32_t)m->n_freers++;
	}
	return &m->freers[n->freer];
}

/* Keeps what @s held at the last peak; call it before a change. */
static void
keep_peak(struct model *m, struct site *s)
{
	if (s->peak_epoch == m->peak_epoch)
		return;
	s->peak = s->live;
	s->peak_epoch = m->peak_epoch;
}

static void
note_time(struct model *m, uint64_t ns)
{
	m->totals.first_ns = MIN(m->totals.first_ns, ns);
	m->totals.last_ns = MAX(m->totals.last_ns, ns);
}

static void
take_out(struct model *m, struct block *b)
{
	struct site *s = &m->sites[b->site];

	keep_peak(m, s);
	s->live -= b->size;
	s->live_blocks--;
	m->totals.live -= b->size;
	m->totals.live_blocks--;
	blocks_remove(&m->blocks, b);
}

void
model_announce(struct model *m, const struct model_event *e)
{
	blocks_fetch(&m->blocks, blocks_key(m->threads[e->thread].process,
	    e->addr));
}

bool
model_is_live(struct model *m, const struct model_event *e)
{
	return blocks_find(&m->blocks, blocks_key(m->threads[e->thread].process,
	    e->addr)) != NULL;
}

void
model_alloc(struct model *m, const struct model_event *e)
{
	struct thread *t = &m->threads[e->thread];
	uint64_t key = blocks_key(t->process, e->addr);
	struct block *old = blocks_find(&m->blocks, key);
	uint32_t site = site_of(m, e->node);
	struct site *s = &m->sites[site];

	note_time(m, e->ns);
	if (old != NULL) {
		m->totals.missed_frees++;
		take_out(m, old);
	}
	keep_peak(m, s);
	s->allocs++;
	s->bytes += e->size;
	s->live += e->size;
	s->live_blocks++;
	s->most = MAX(s->most, s->live);
	m->totals.allocs++;
	m->totals.bytes += e->size;
	m->totals.live += e->size;
	m->totals.live_blocks++;
	blocks_add(&m->blocks, &(struct block){
	    .key = key,
	    .size = e->size,
	    .ns = e->ns,
	    .site = site,
	    .thread = e->thread,
	});
	t->last_alloc = key;
	if (m->totals.live > m->totals.peak) {
		m->totals.peak = m->totals.live;
		m->totals.peak_ns = e->ns;
		m->peak_epoch++;
	}
	if (m->watch != NULL)
		m->watch(m, s, e->ns);
}

void
model_free(struct model *m, const struct model_event *e)
{
	struct thread *t = &m->threads[e->thread];
	uint64_t key = blocks_key(t->process, e->addr);
	struct block *b = blocks_find(&m->blocks, key);
	struct freer *by = freer_of(m, e->node);

	note_time(m, e->ns);
	m->totals.frees++;
	by->frees++;
	if (b == NULL) {
		m->totals.unknown_frees++;
		return;
	}

	struct site *s = &m->sites[b->site];

	s->frees++;
	by->bytes += b->size;
	if (t->last_alloc == key) {
		s->temporary++;
		m->totals.temporary++;
		t->last_alloc = 0;
	}
	take_out(m, b);
	if (m->watch != NULL)
		m->watch(m, s, e->ns);
}

void
model_end(struct model *m)
{
	for (size_t i = 1; i < m->n_sites; i++) {
		keep_peak(m, &m->sites[i]);
		m->sites[i].oldest_ns = UINT64_MAX;
	}
	for (size_t i = 0; i <= m->blocks.mask; i++) {
		const struct block *b = &m->blocks.table[i];

		if (b->key != 0)
			m->sites[b->site].oldest_ns =
			    MIN(m->sites[b->site].oldest_ns, b->ns);
	}
	if (m->totals.first_ns == UINT64_MAX)
		m->totals.first_ns = 0;
}
