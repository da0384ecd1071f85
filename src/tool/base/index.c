/*
 * index - where in an array the thing with a certain hash is.
 */
#include "tool/base/index.h"

#include <stdlib.h>

#include "tool/base/alloc.h"

enum { FIRST_TABLE = 4096 };

void
index_start(struct index *x)
{
	x->mask = FIRST_TABLE - 1;
	x->table = alloc_zeroed(FIRST_TABLE, sizeof(*x->table));
}

void
index_drop(struct index *x)
{
	free(x->table);
	*x = (struct index){ 0 };
}

void
index_room(struct index *x, size_t n, index_hash_fn hash, const void *owner)
{
	if (n * 2 <= x->mask)
		return;
	free(x->table);
	x->mask = x->mask * 2 + 1;
	x->table = alloc_zeroed(x->mask + 1, sizeof(*x->table));
	for (uint32_t i = 1; i < n; i++) {
		size_t at = index_home(x, hash(owner, i));

		while (x->table[at] != 0)
			at = index_next(x, at);
		x->table[at] = i;
	}
}
