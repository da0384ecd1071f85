/*
 * sparse - which two words belong to an address, when few addresses have any.
 *
 * Buckets of eight addresses, one cache line each, in levels: who finds his
 * bucket full in all of them makes another level, four times as large as the
 * one before.  To look an address up is one cache line a level, and there is
 * one level until some 2,000 addresses are kept, and one more for each four
 * times that.  Nothing moves, and the place of an address that was taken is
 * used again, so memory follows the most addresses that were ever there at one
 * time, not where they lay.
 *
 * Memory   levels of 96 KiB, 384 KiB, ...: 24 bytes a place; at most 4 times
 *          what is needed.  They stay.
 * Threads  any; an address is put and taken by its owner alone.  No locks.
 * Fork     the child's table goes on from the parent's.
 */
#ifndef DIAG_ALLOC_SPARSE_H
#define DIAG_ALLOC_SPARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

struct sparse_words {
	uint64_t word[2];
};

enum sparse_result {
	SPARSE_FULL,		/* no memory: nothing is kept */
	SPARSE_NEW,
	SPARSE_REPLACED,	/* the address had words: they are in *@old */
};

/* @key is more than 1. */
IN_HOOK enum sparse_result sparse_put(uint64_t key,
    const struct sparse_words *w, struct sparse_words *old);
/* Removes them; false when there are none. */
IN_HOOK bool sparse_take(uint64_t key, struct sparse_words *out);
/* Something was put once. */
SIGNAL_SAFE bool sparse_is_used(void);

/* Calls @see with all; what comes or goes meanwhile may be seen or not. */
typedef void (*sparse_fn)(uint64_t key, const struct sparse_words *w,
    void *arg);
void sparse_each(sparse_fn see, void *arg);

#endif
