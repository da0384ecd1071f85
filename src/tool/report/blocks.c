/*
 * blocks - the blocks that are live at this point of the input.
 */
#include "tool/report/blocks.h"

#include <sys/mman.h>

#include "tool/base/alloc.h"

enum { FIRST_TABLE = 4096 };

/* Each event goes to another place of the table: with huge pages that is half
 * as far. */
static struct block *
map_table(size_t n)
{
	struct block *table = alloc_pages(n * sizeof(*table));

	madvise(table, n * sizeof(*table), MADV_HUGEPAGE);
	return table;
}

static void
unmap_table(struct block *table, size_t n)
{
	munmap(table, n * sizeof(*table));
}

void
blocks_start(struct blocks *b)
{
	*b = (struct blocks){ .mask = FIRST_TABLE - 1 };
	b->table = map_table(FIRST_TABLE);
}

void
blocks_drop(struct blocks *b)
{
	unmap_table(b->table, b->mask + 1);
	*b = (struct blocks){ 0 };
}

/* User addresses have 47 bits, 56 at most on large machines. */
uint64_t
blocks_key(uint32_t process, uint64_t addr)
{
	uint64_t key = addr ^ (uint64_t)process * 0x9e3779b97f4a7c15u;

	return key != 0 ? key : 1;
}

static size_t
home(const struct blocks *b, uint64_t key)
{
	return (key * 0x9e3779b97f4a7c15u >> 24) & b->mask;
}

static void
put(struct blocks *b, const struct block *block)
{
	size_t at = home(b, block->key);

	while (b->table[at].key != 0)
		at = (at + 1) & b->mask;
	b->table[at] = *block;
}

static void
grow(struct blocks *b)
{
	struct block *old = b->table;
	size_t n = b->mask + 1;

	b->mask = n * 2 - 1;
	b->table = map_table(n * 2);
	for (size_t i = 0; i < n; i++)
		if (old[i].key != 0)
			put(b, &old[i]);
	unmap_table(old, n);
}

void
blocks_fetch(const struct blocks *b, uint64_t key)
{
	__builtin_prefetch(&b->table[home(b, key)], 1);
}

struct block *
blocks_find(struct blocks *b, uint64_t key)
{
	size_t at = home(b, key);

	for (; b->table[at].key != 0; at = (at + 1) & b->mask)
		if (b->table[at].key == key)
			return &b->table[at];
	return NULL;
}

void
blocks_add(struct blocks *b, const struct block *block)
{
	if (b->used * 2 > b->mask)
		grow(b);
	put(b, block);
	b->used++;
}

/* Those after the hole that would not be found any more move into it. */
void
blocks_remove(struct blocks *b, struct block *block)
{
	size_t hole = (size_t)(block - b->table);
	size_t at = hole;

	b->used--;
	for (;;) {
		at = (at + 1) & b->mask;
		if (b->table[at].key == 0)
			break;

		size_t from = home(b, b->table[at].key);

		if (((at - from) & b->mask) >= ((at - hole) & b->mask)) {
			b->table[hole] = b->table[at];
			hole = at;
		}
	}
	b->table[hole].key = 0;
}
