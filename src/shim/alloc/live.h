/*
 * live - the table of the host's live blocks, exact and without a lock.
 *
 * A block is found by its address alone, in two steps: the 16 MiB of heap it
 * lies in have a leaf, and the leaf has a table of slots per power of two.
 * jemalloc's small blocks of one page of the heap have one size, so each page
 * uses the table whose slots serve the largest power of two that is not more
 * than that size, and the leaf remembers which.  That is 16 to 32 bytes per
 * block in a full slab.  Blocks of a page or more have one slot a page.
 *
 * Where one block in many is followed, this would be a page of slots for almost
 * each of them, and more and more such pages with time: live_expect_few() has
 * them kept by address (sparse.h).
 *
 * A slot is two words: time in ticks (48 bits), place in the page (8),
 * size (42), stack (30); the stack is not 0 exactly while the block lives.
 *
 * Memory   a directory of 2 MiB of address space, leaves of 32 MiB of address
 *          space of which only touched pages count: live_held().
 * Threads  any.  A slot is written by whoever owns the block; leaves are made
 *          by compare-and-swap; live_each() reads beside the writers.
 * Fork     the child's table goes on from the parent's.
 */
#ifndef DIAG_ALLOC_LIVE_H
#define DIAG_ALLOC_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* Larger stack numbers cannot be kept. */
enum { LIVE_STACK_MAX = (1 << 30) - 1 };

struct live_block {
	uint64_t size;		/* what the host asked for */
	uint64_t time;		/* when, in ticks */
	uint32_t stack;		/* not 0 */
};

enum live_result {
	LIVE_NONE,	/* not in the window, or no memory: nothing is kept */
	LIVE_NEW,
	LIVE_REPLACED,	/* the end of an older block there went unseen */
};

/* Makes the directory.  0 or a negative errno.  Safe to call again. */
int live_start(void);

/* Most blocks will not be entered from now on; or they will. */
void live_expect_few(bool yes);

/* Enters the block at @p, whose usable size is @usable.  @old (not NULL)
 * receives the block that is replaced. */
IN_HOOK enum live_result live_put(const void *p, size_t usable,
    const struct live_block *b, struct live_block *old);

/* Removes the block at @p; false when there is none. */
IN_HOOK bool live_take(const void *p, struct live_block *out);

/* Calls @see for every live block.  Blocks that come or go meanwhile may be
 * seen or not; none is seen in halves. */
typedef void (*live_fn)(const void *p, const struct live_block *b, void *arg);
void live_each(live_fn see, void *arg);

/* The same in the order of addresses, without those that were entered while
 * few were expected; how many leaves of 16 MiB it reads. */
void live_each_by_address(live_fn see, void *arg);
size_t live_leaves(void);

/* Bytes of memory in use for the table. */
SIGNAL_SAFE uint64_t live_held(void);

#endif
