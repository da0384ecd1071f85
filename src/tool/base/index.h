/*
 * index - where in an array the thing with a certain hash is.
 *
 * An open table of the numbers of things, from 1; the things themselves are
 * its owner's, who compares them:
 *
 *	index_room(&x, n, hash, owner);
 *	for (at = index_home(&x, h); x.table[at] != 0; at = index_next(&x, at))
 *		if (things[x.table[at]] is the one)
 *			return x.table[at];
 *	x.table[at] = n;
 *
 * Memory   one table, twice to four times as many places as things.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TOOL_INDEX_H
#define DIAG_TOOL_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct index {
	uint32_t *table;	/* 0: a free place */
	size_t mask;
};

/* The hash of thing @number of @owner. */
typedef uint64_t (*index_hash_fn)(const void *owner, uint32_t number);

void index_start(struct index *x);
void index_drop(struct index *x);

/* Makes room for thing number @n, those before which are there. */
void index_room(struct index *x, size_t n, index_hash_fn hash,
    const void *owner);

/* A hash of two numbers. */
static inline uint64_t
index_pair(uint32_t a, uint32_t b)
{
	uint64_t key = (uint64_t)a << 32 | b;

	return key * 0x9e3779b97f4a7c15u;
}

static inline size_t
index_home(const struct index *x, uint64_t hash)
{
	return (hash >> 24) & x->mask;
}

static inline size_t
index_next(const struct index *x, size_t at)
{
	return (at + 1) & x->mask;
}

#endif
