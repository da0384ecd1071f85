/*
 * fullness - the spans in which no worker said that it was idle.
 */
#include "shim/sched/fullness.h"

#include <string.h>

void
fullness_begin(struct fullness *f, uint64_t now)
{
	memset(f, 0, sizeof(*f));
	f->from = f->until = now;
}

static void
add_span(struct fullness *f, unsigned at, uint64_t from, uint64_t to)
{
	if (from >= to || f->spans == FULLNESS_SPANS)
		return;
	for (unsigned i = f->spans; i > at; i--)
		f->span[i] = f->span[i - 1];
	f->span[at] = (struct fullness_span){ from, to };
	f->spans++;
}

static void
drop_span(struct fullness *f, unsigned at)
{
	f->spans--;
	for (unsigned i = at; i < f->spans; i++)
		f->span[i] = f->span[i + 1];
}

/* Takes [@from, @to) out of the spans; most often it concerns the last. */
static void
cut(struct fullness *f, uint64_t from, uint64_t to)
{
	for (unsigned i = f->spans; i-- > 0 && f->span[i].to > from;) {
		struct fullness_span *s = &f->span[i];
		uint64_t end = s->to;

		if (s->from >= to)
			continue;
		if (s->from < from) {
			s->to = from;
			add_span(f, i + 1, to, end);
		} else if (end > to) {
			s->from = to;
		} else {
			drop_span(f, i);
		}
	}
}

void
fullness_idle(struct fullness *f, uint64_t from, uint64_t to)
{
	from = MAX(from, f->from);
	if (to <= from)
		return;
	if (to > f->until) {
		add_span(f, f->spans, f->until, to);
		f->until = to;
	}
	cut(f, from, to);
}

void
fullness_fold(struct fullness *f, uint64_t now, uint64_t idle_since)
{
	uint64_t began = 0;

	if (now < f->until)
		now = f->until;
	add_span(f, f->spans, f->until, now);
	f->until = now;
	if (idle_since < now)
		cut(f, MAX(idle_since, f->from), now);
	for (unsigned i = 0; i < f->spans; i++) {
		f->total += f->span[i].to - f->span[i].from;
		if (f->span[i].to == now)
			began = f->span[i].from;
	}
	/* Spans that touch are one; so do the last fold's and this one's. */
	for (unsigned i = f->spans; began != 0 && i-- > 0;)
		if (f->span[i].to == began)
			began = f->span[i].from;
	if (began != f->from || f->streak == 0)
		f->streak = began;
	f->from = now;
	f->spans = 0;
}
