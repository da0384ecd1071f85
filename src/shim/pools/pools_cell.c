/*
 * pools_cell - how many threads have their home at one place, in this period.
 */
#include <string.h>

#include "shim/pools/pools.h"

enum { CELLS = 1024 };

static struct pools_cell cells[CELLS];
static unsigned cell_count;

void
pools_cells_clear(void)
{
	cell_count = 0;
	memset(cells, 0, sizeof(cells));
}

/* NULL when the table is three quarters full and has no such place. */
struct pools_cell *
pools_cell_at(const struct pool_place *place)
{
	uint64_t h = (place->start ^ place->object * 31 ^ place->caller * 7 ^
	    place->family) * 0x9e3779b97f4a7c15ull >> 32;

	for (;; h++) {
		struct pools_cell *c = &cells[h % CELLS];

		if (c->place.start == 0) {
			if (cell_count >= CELLS * 3 / 4)
				return NULL;
			cell_count++;
			c->place = *place;
			return c;
		}
		if (pools_place_is_same(&c->place, place))
			return c;
	}
}

uint32_t
pools_cell_add(struct pool_place *place, struct task *task)
{
	bool joined = pools_join_place(place);
	struct pools_cell *c = pools_cell_at(place);

	if (c == NULL)
		return 0;
	if (c->threads++ == 0)
		c->first = task;
	c->mixed = c->mixed || joined;
	/* Of those that were joined none stands for the place; and who waits
	 * does rather than who sleeps in a task. */
	if (!joined && (task->wait.kind != WAIT_RUN ||
	    (c->sleeper == NULL && task->state == 'S')))
		c->sleeper = task;
	return (uint32_t)(c - cells) + 1;
}

struct pools_cell *
pools_cell_of(const struct task *task)
{
	const struct pools_member *m = pools_member(task->thread);

	return m != NULL && m->cell != 0 ? &cells[m->cell - 1] : NULL;
}

bool
pools_cells_each(pools_cell_fn see)
{
	bool some = false;

	for (unsigned i = 0; i < CELLS; i++) {
		if (cells[i].threads != 0 && see(&cells[i]))
			some = true;
	}
	return some;
}

/* A place that several threads have, or one that is no object's: those have
 * another one, which they may have in common with others. */
static bool
can_join(const struct pools_cell *c)
{
	return c->place.start != 0 && c->sleeper != NULL &&
	    c->place.kind != WAIT_RUN && c->place.kind != HOME_UNKNOWN &&
	    (c->threads > 1 || c->place.object == 0);
}

/* The place that a thread with that start routine, which has its home
 * elsewhere, may belong to: where most are.  NULL when there is none, or one
 * of several that differ in the queue alone. */
static const struct pools_cell *
main_cell(const struct pools_cell *other)
{
	const struct pools_cell *most = NULL;
	bool several = false;

	for (unsigned i = 0; i < CELLS; i++) {
		const struct pools_cell *c = &cells[i];

		if (c == other || c->place.start != other->place.start ||
		    !can_join(c) || !pools_is_of_object(c->place.kind))
			continue;
		several = most != NULL && c->place.object != 0 &&
		    most->place.object != 0;
		if (several)
			return NULL;
		if (most == NULL || c->threads > most->threads)
			most = c;
	}
	return most;
}

/* The place where threads with the same start routine sleep unannounced, that
 * is nearest to it; NULL: it is @inner. */
static const struct pools_cell *
nearest_cell(const struct pools_cell *inner)
{
	const struct pools_cell *found = NULL;
	uint64_t depth = pools_sleep_depth(inner->sleeper->thread);

	for (unsigned i = 0; i < CELLS; i++) {
		const struct pools_cell *c = &cells[i];
		uint64_t at;

		if (c == inner || c->place.kind != WAIT_READ ||
		    c->place.start != inner->place.start || !can_join(c))
			continue;
		at = pools_sleep_depth(c->sleeper->thread);
		if (at != 0 && at < depth) {
			found = c;
			depth = at;
		}
	}
	return found;
}

/* The place that the one of @c may be a part of; NULL. */
static const struct pools_cell *
cell_around(const struct pools_cell *c)
{
	const struct pools_cell *to;

	if (!can_join(c) || c->place.object != 0)
		return NULL;
	to = main_cell(c);
	if (to == NULL && c->place.kind == WAIT_READ)
		to = nearest_cell(c);
	return to;
}

bool
pools_cells_join(void)
{
	bool joined = false;

	for (unsigned i = 0; i < CELLS && cell_count > 1; i++) {
		const struct pools_cell *c = &cells[i];
		const struct pools_cell *to = cell_around(c);

		joined = (to != NULL && pools_join_try(&c->place, c->sleeper,
		    &to->place, to->sleeper)) || joined;
	}
	return joined;
}
