/*
 * front - a stack put into the table, and the table made larger.
 *
 * Until stacks with one caller lay together, each in one of two slots by a hash
 * of its own, 8,192 stacks, every other one a neighbour of the last, made the
 * table grow to 1 MiB, and a quarter of the time that they were traced in went
 * into reading it.
 */
#include "shim/stack/front.h"

#include <errno.h>
#include <stddef.h>

#include "common/base/mem.h"

enum {
	FIRST_BITS = 11,	/* lines of the first table, */
	LAST_BITS = 24,		/* and of the largest */
};

_Atomic(struct front *) front_table;

static size_t
size_of(unsigned bits)
{
	return sizeof(struct front) + (sizeof(struct front_line) << bits);
}

/* What is large is reserved: its pages count when they are touched. */
static struct front *
make(unsigned bits)
{
	struct front *f = mem_reserve(size_of(bits));

	if (f != NULL)
		f->shift = 64 - bits;
	return f;
}

int
front_init(void)
{
	if (atomic_load(&front_table) != NULL)
		return 0;
	atomic_store(&front_table, make(FIRST_BITS));
	return atomic_load(&front_table) != NULL ? 0 : -ENOMEM;
}

/* As much was put there as there are slots: a larger one begins empty. */
static void
grow(struct front *f)
{
	unsigned bits = 64 - f->shift;
	struct front *larger;

	if (atomic_fetch_add_explicit(&f->puts, 1, memory_order_relaxed) >>
	    bits < FRONT_WAYS || bits >= LAST_BITS)
		return;
	larger = make(bits + 1);
	if (larger != NULL && !atomic_compare_exchange_strong(&front_table,
	    &f, larger))
		mem_unmap(larger, size_of(bits + 1));
}

/* A slot of @l for @key: its own, or a free one; FRONT_WAYS when there is
 * none. */
static unsigned
find_way(const struct front_line *l, const struct front_key *key)
{
	unsigned bits = front_matches(l, key->tag);

	if (bits != 0)
		return (unsigned)__builtin_ctz(bits);
	for (unsigned way = 0; way < FRONT_WAYS; way++)
		if (atomic_load_explicit(&l->number[way],
		    memory_order_relaxed) == 0)
			return way;
	return FRONT_WAYS;
}

void
front_put(const struct front_key *key, uint32_t number)
{
	struct front *f = atomic_load_explicit(&front_table,
	    memory_order_acquire);
	uint64_t at = key->near >> f->shift;
	struct front_line *l = &f->line[at];
	unsigned way = find_way(l, key);

	if (way == FRONT_WAYS) {
		way = find_way(&f->line[at ^ 1], key);
		if (way < FRONT_WAYS)
			l = &f->line[at ^ 1];
		else
			way = number % FRONT_WAYS;
	}
	atomic_store_explicit(&l->check[way], front_check(key, number),
	    memory_order_relaxed);
	atomic_store_explicit(&l->number[way], number, memory_order_relaxed);
	((volatile uint32_t *)&l->tag)[way] = key->tag;
	grow(f);
}
