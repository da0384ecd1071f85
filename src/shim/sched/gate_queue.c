/*
 * gate_queue - the tasks that seem to be in a gate's queue, and when they came.
 */
#include "shim/sched/gate.h"

#include "common/base/relaxed.h"

/* In a time in the ring: what came then may be no task. */
#define DOUBT ((uint64_t)1)

uint64_t
gate_waiting(const struct gate *g)
{
	uint64_t taken = atomic_load_explicit(&g->taken,
	    memory_order_acquire);
	uint64_t queued = atomic_load_explicit(&g->queued,
	    memory_order_relaxed);

	taken += load(&g->doubtful);
	return queued > taken ? queued - taken : 0;
}

uint64_t
gate_oldest(const struct gate *g)
{
	uint64_t n = load(&g->taken), stamp;
	unsigned i = 0;

	if (gate_waiting(g) == 0)
		return 0;
	do
		stamp = load(&g->ring[n++ % GATE_RING]);
	while ((stamp & DOUBT) != 0 && ++i < GATE_RING);
	return (stamp & DOUBT) != 0 ? 0 : stamp;
}

/* A place of the ring that still belongs to an older task keeps that one's
 * time: then when the new task came is not known. */
static bool
put(struct gate *g, uint64_t stamp, uint64_t *number)
{
	uint64_t none = 0;

	*number = atomic_fetch_add_explicit(&g->queued, 1,
	    memory_order_relaxed);
	return atomic_compare_exchange_strong_explicit(
	    &g->ring[*number % GATE_RING], &none, stamp, memory_order_release,
	    memory_order_relaxed);
}

uint64_t
gate_push(struct gate *g, uint64_t now)
{
	uint64_t number;

	put(g, now & ~DOUBT, &number);
	return number;
}

uint64_t
gate_push_doubtful(struct gate *g, uint64_t now)
{
	uint64_t number;

	if (put(g, now | DOUBT, &number))
		atomic_fetch_add_explicit(&g->doubtful, 1,
		    memory_order_relaxed);
	return number;
}

static void
end_doubt(struct gate *g)
{
	uint64_t n = load(&g->doubtful);

	while (n != 0 && !atomic_compare_exchange_weak_explicit(&g->doubtful,
	    &n, n - 1, memory_order_relaxed, memory_order_relaxed))
		;
}

bool
gate_take_back(struct gate *g, uint64_t number)
{
	uint64_t taken = load(&g->taken), stamp = 0, queued = number + 1;

	if (taken > number || !atomic_compare_exchange_strong(&g->queued,
	    &queued, number))
		return false;
	if (number - taken < GATE_RING)
		stamp = atomic_exchange_explicit(&g->ring[number % GATE_RING],
		    0, memory_order_relaxed);
	if ((stamp & DOUBT) != 0)
		end_doubt(g);
	return true;
}

void
gate_confirm(struct gate *g, uint64_t number)
{
	_Atomic uint64_t *place = &g->ring[number % GATE_RING];
	uint64_t stamp = load(place);

	if (number < load(&g->taken) || (stamp & DOUBT) == 0)
		return;
	if (atomic_compare_exchange_strong(place, &stamp, stamp & ~DOUBT))
		end_doubt(g);
}

static uint64_t
since(uint64_t then, uint64_t now)
{
	if (then == 0)
		return 0;
	return now > then ? now - then : 1;
}

/* What is in doubt when its turn comes was no task. */
uint64_t
gate_pop(struct gate *g, uint64_t now)
{
	uint64_t n = load(&g->taken), end = load(&g->queued), then;

	do {
		then = atomic_exchange_explicit(&g->ring[n++ % GATE_RING], 0,
		    memory_order_relaxed);
		if ((then & DOUBT) != 0)
			end_doubt(g);
	} while ((then & DOUBT) != 0 && n != end);
	atomic_store_explicit(&g->taken, n, memory_order_release);
	return (then & DOUBT) != 0 ? 0 : since(then, now);
}

uint64_t
gate_pop_shared(struct gate *g, uint64_t now)
{
	uint64_t n = atomic_fetch_add_explicit(&g->taken, 1,
	    memory_order_relaxed);

	return since(atomic_exchange_explicit(&g->ring[n % GATE_RING], 0,
	    memory_order_acquire), now);
}

uint64_t
gate_empty(struct gate *g)
{
	uint64_t n = load(&g->taken), end = load(&g->queued);
	uint64_t lying = gate_waiting(g);

	if (n == end)
		return 0;
	for (uint64_t i = 0; i < MIN(end - n, (uint64_t)GATE_RING); i++)
		store(&g->ring[(n + i) % GATE_RING], 0);
	store(&g->doubtful, 0);
	atomic_store_explicit(&g->taken, end, memory_order_release);
	return lying;
}
