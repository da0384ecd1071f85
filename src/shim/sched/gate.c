/*
 * gate - a set-associative table from addresses to gates.
 *
 * A set is one cache line; a way holds the address and the gate's number in
 * one word, so that readers see both or nothing.  A gate that is dropped goes
 * in two steps, a look apart: first it is not found any more, then, when still
 * nobody uses it, it is free.
 */
#include "shim/sched/gate.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/relaxed.h"
#include "shim/sched/wait.h"

enum { SETS = 256, WAYS = 8, NUMBER_BITS = 16, UNUSED_LOOKS = 3 };
/* So often that it is no mistake: who has unlocked the mutex and not signalled
 * yet still seems to have something. */
enum { SEVERAL_AT_ONCE = 16, GIVEN_BACK = 8 };
enum state { FREE, TAKEN, HIDDEN };

struct set {
	_Atomic uint64_t way[WAYS];
} CACHE_ALIGNED;

static struct set sets[SETS];
static struct gate *_Atomic gates;	/* GATES; mapped for the first */
static _Atomic uint32_t births;
static _Atomic uint32_t all_taken;	/* until the next look */
_Atomic uint64_t gate_filter[GATE_FILTER_BITS / 64];

static struct gate *
all(void)
{
	return atomic_load_explicit(&gates, memory_order_acquire);
}

/* Of two threads that map them at a time one has done it in vain. */
static COLD struct gate *
map_all(void)
{
	struct gate *none = NULL, *mine = mem_reserve(GATES * sizeof(*mine));

	if (mine == NULL || atomic_compare_exchange_strong(&gates, &none,
	    mine))
		return mine;
	mem_unmap(mine, GATES * sizeof(*mine));
	return none;
}

static struct set *
set_of(uint64_t address)
{
	return &sets[gate_hash(address) % SETS];
}

static uint64_t
word_of(uint64_t address, uint32_t number)
{
	return address << NUMBER_BITS | number;
}

static uint32_t
number_in(uint64_t word)
{
	return (uint32_t)word & ((1u << NUMBER_BITS) - 1);
}

struct gate *
gate_at(uint32_t number)
{
	return &all()[number - 1];
}

uint32_t
gate_number(const struct gate *g)
{
	return (uint32_t)(g - all()) + 1;
}

uint32_t
gate_births(void)
{
	return atomic_load(&births);
}

uint32_t
gate_find(uint64_t address)
{
	struct set *s = set_of(address);

	for (unsigned i = 0; i < WAYS; i++) {
		uint64_t word = atomic_load_explicit(&s->way[i],
		    memory_order_acquire);

		if (word != 0 && word >> NUMBER_BITS == address)
			return number_in(word);
	}
	return 0;
}

static void
mark_in_filter(uint64_t address)
{
	uint32_t h = gate_hash(address);

	atomic_fetch_or(&gate_filter[h / 64], 1ull << h % 64);
}

/* False when the set is full. */
static bool
enter(uint64_t address, uint32_t number)
{
	struct set *s = set_of(address);

	for (unsigned i = 0; i < WAYS; i++) {
		uint64_t none = 0;

		if (atomic_compare_exchange_strong(&s->way[i], &none,
		    word_of(address, number))) {
			mark_in_filter(address);
			return true;
		}
	}
	return false;
}

static void
leave(uint64_t address, uint32_t number)
{
	struct set *s = set_of(address);
	uint64_t word = word_of(address, number);

	for (unsigned i = 0; i < WAYS; i++) {
		uint64_t there = word;

		atomic_compare_exchange_strong(&s->way[i], &there, 0);
	}
}

static uint32_t
take_free(void)
{
	struct gate *g = all();

	if (atomic_load_explicit(&all_taken, memory_order_relaxed) != 0 ||
	    (g == NULL && (g = map_all()) == NULL))
		return 0;
	for (uint32_t i = 0; i < GATES; i++) {
		uint32_t free_one = FREE;

		if (atomic_load_explicit(&g[i].state,
		    memory_order_relaxed) == FREE &&
		    atomic_compare_exchange_strong(&g[i].state, &free_one,
		    TAKEN))
			return i + 1;
	}
	atomic_store(&all_taken, 1);
	return 0;
}

bool
gate_is_open(const struct gate *g)
{
	return atomic_load_explicit(&g->state, memory_order_relaxed) == TAKEN;
}

uint32_t
gate_make(uint64_t address, uint32_t kind, uint64_t start)
{
	uint32_t number = gate_find(address);

	if (number != 0)
		return number;
	number = take_free();
	if (number == 0)
		return 0;

	struct gate *g = gate_at(number);

	atomic_store(&g->born, atomic_fetch_add(&births, 1) + 1);
	atomic_store(&g->kind, kind);
	atomic_store(&g->object, address);
	atomic_store(&g->start, start);
	if (!enter(address, number)) {
		atomic_store(&g->state, FREE);
		return 0;
	}

	/* Of two threads that made one at a time, both take the one that is
	 * found first. */
	uint32_t first = gate_find(address);

	if (first == number || first == 0)
		return number;
	leave(address, number);
	atomic_store(&g->state, FREE);
	return first;
}

void
gate_alias(uint32_t number, uint64_t address)
{
	if (gate_find(address) == 0)
		enter(address, number);
}

static bool
was_given_back(const struct gate *g)
{
	/* Giving it back may seem to be a task of its own. */
	return load(&g->given_back) >= GIVEN_BACK &&
	    3 * load(&g->given_back) > load(&g->tasks);
}

bool
gate_is_unclear(const struct gate *g)
{
	return load32(&g->kind) == WAIT_COND && gate_is_lock(g) &&
	    !was_given_back(g);
}

bool
gate_is_lock(const struct gate *g)
{
	if (load32(&g->kind) == WAIT_SEM)
		return load32(&g->most) == 0 && load32(&g->several) == 0 &&
		    2 * load(&g->given_back) > load(&g->taken);
	if (load32(&g->kind) != WAIT_COND ||
	    load32(&g->several) >= SEVERAL_AT_ONCE)
		return false;
	return load32(&g->outsiders) != 0 || was_given_back(g);
}

void
gate_idle_more(struct gate *g, uint64_t now)
{
	if (atomic_fetch_add_explicit(&g->idle, 1, memory_order_relaxed) != 0)
		return;

	uint64_t then = atomic_exchange_explicit(&g->full_since, 0,
	    memory_order_relaxed);

	if (then != 0 && now > then)
		atomic_fetch_add_explicit(&g->full_ticks, now - then,
		    memory_order_relaxed);
}

void
gate_idle_less(struct gate *g, uint64_t now)
{
	if (atomic_fetch_sub_explicit(&g->idle, 1, memory_order_relaxed) == 1)
		store(&g->full_since, now);
}

uint32_t
gate_site_of(struct gate *g, uint64_t caller)
{
	for (unsigned i = 0; i < GATE_SITES; i++) {
		uint64_t there = load(&g->site[i].caller);

		if (there == 0)
			store(&g->site[i].caller, caller);
		if (there == 0 || there == caller)
			return i + 1;
	}
	return 0;
}

/* Takes every name of the gate out of the table. */
static void
hide(uint32_t number)
{
	for (unsigned i = 0; i < SETS * WAYS; i++) {
		_Atomic uint64_t *way = &sets[i / WAYS].way[i % WAYS];
		uint64_t word = atomic_load(way);

		if (word != 0 && number_in(word) == number)
			atomic_compare_exchange_strong(way, &word, 0);
	}
	atomic_store(&gate_at(number)->state, HIDDEN);
}

static void
make_free(uint32_t number)
{
	struct gate *g = gate_at(number);

	memset((char *)g + sizeof(g->state), 0, sizeof(*g) - sizeof(g->state));
	atomic_store_explicit(&g->state, FREE, memory_order_release);
}

static void
collect_filter(uint64_t *filter)
{
	for (unsigned i = 0; i < SETS * WAYS; i++) {
		uint64_t word = atomic_load(&sets[i / WAYS].way[i % WAYS]);
		uint32_t h = gate_hash(word >> NUMBER_BITS);

		if (word != 0)
			filter[h / 64] |= 1ull << h % 64;
	}
}

/* Who enters an address meanwhile does so before it marks it: the second
 * collection finds what the first one missed and the store erased. */
static void
renew_filter(void)
{
	uint64_t filter[ARRAY_LEN(gate_filter)] = { 0 };

	collect_filter(filter);
	for (unsigned i = 0; i < ARRAY_LEN(filter); i++)
		atomic_store(&gate_filter[i], filter[i]);
	collect_filter(filter);
	for (unsigned i = 0; i < ARRAY_LEN(filter); i++)
		atomic_fetch_or(&gate_filter[i], filter[i]);
}

void
gate_sweep(const bool used[GATES + 1])
{
	bool hid = false;

	for (uint32_t n = 1; n <= GATES && all() != NULL; n++) {
		struct gate *g = gate_at(n);
		uint32_t state = atomic_load_explicit(&g->state,
		    memory_order_relaxed);

		if (state == FREE)
			continue;
		g->unused = used[n] ? 0 : g->unused + 1;
		if (g->unused < UNUSED_LOOKS)
			continue;
		if (state == HIDDEN) {
			make_free(n);
			atomic_store(&all_taken, 0);
			continue;
		}
		hide(n);
		hid = true;
		g->unused = 0;
	}
	if (hid)
		renew_filter();
}

void
gate_after_fork_child(void)
{
	memset(sets, 0, sizeof(sets));
	memset(gate_filter, 0, sizeof(gate_filter));
	atomic_store(&all_taken, 0);
	for (uint32_t n = 1; n <= GATES && all() != NULL; n++) {
		if (atomic_load(&gate_at(n)->state) != FREE)
			make_free(n);
	}
}
