/*
 * blocks - the blocks that are live at this point of the input.
 *
 * Memory   one table, twice to four times as large as the live blocks.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_BLOCKS_H
#define DIAG_REPORT_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block {
	uint64_t key;		/* blocks_key(); 0 is a free place */
	uint64_t size, ns;
	uint32_t site, thread;
};

struct blocks {
	struct block *table;
	size_t used, mask;
};

void blocks_start(struct blocks *b);
void blocks_drop(struct blocks *b);

/* The key of @addr in process number @process; never 0. */
uint64_t blocks_key(uint32_t process, uint64_t addr);

/* The block of @key, or NULL. */
/* Begins to bring the place of @key near. */
void blocks_fetch(const struct blocks *b, uint64_t key);

struct block *blocks_find(struct blocks *b, uint64_t key);

/* Adds a copy of @block, whose key is not there. */
void blocks_add(struct blocks *b, const struct block *block);

/* Takes @block (from blocks_find()) out. */
void blocks_remove(struct blocks *b, struct block *block);

#endif
