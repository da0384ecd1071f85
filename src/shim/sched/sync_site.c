/*
 * sync_site - the places from which a gate's mutex is locked, and what for.
 */
#include "shim/sched/sync_site.h"

#include <stddef.h>

#include "common/base/relaxed.h"

/* So many locks without a sign make a place one of the other sort. */
enum { ENOUGH_BY_WORKERS = 4, ENOUGH_BY_OTHERS = 16, ENOUGH_WHILE_IDLE = 2 };

struct gate_site *
sync_site_last(const struct work *w, uint32_t number)
{
	uint32_t site = load32(&w->locked_site);

	if (site == 0 || load32(&w->locked_gate) != number)
		return NULL;
	return &gate_at(number)->site[site - 1];
}

static bool
some_site(const struct gate *g, bool takes)
{
	for (unsigned i = 0; i < GATE_SITES; i++) {
		const struct gate_site *s = &g->site[i];

		if (load32(takes ? &s->waits : &s->signals) != 0)
			return true;
	}
	return false;
}

enum role
sync_site_role(const struct gate *g, const struct gate_site *s, bool worker)
{
	if (s == NULL)
		return NOT_CLEAR;

	bool takes = (load32(&s->waits) | load32(&s->first_waits)) != 0;
	bool brings = load32(&s->signals) != 0;

	if (takes != brings)
		return takes ? TAKES : BRINGS;
	if (takes)
		return NOT_CLEAR;
	if (!worker && load32(&s->idle_locks) >= ENOUGH_WHILE_IDLE)
		return OTHER;
	if (load32(&s->locks) >= (worker ? ENOUGH_BY_WORKERS :
	    ENOUGH_BY_OTHERS) && some_site(g, worker))
		return OTHER;
	return NOT_CLEAR;
}

bool
sync_site_waited_after(const struct gate_site *s)
{
	return (load32(&s->waits) | load32(&s->first_waits)) != 0;
}

bool
sync_site_is_new(const struct work *w, const struct gate *g)
{
	const struct gate_site *s = sync_site_last(w, gate_number(g));

	if (s == NULL || sync_site_waited_after(s) || load32(&s->signals) != 0)
		return false;
	for (unsigned i = 0; i < GATE_SITES; i++) {
		if (sync_site_waited_after(&g->site[i]))
			return true;
	}
	return false;
}
