/*
 * leaktables - the live blocks of a scan by address, and what is known of each.
 *
 * A table of leaves of 16 MiB leads to pages, and a page to the first of the
 * blocks that begin in it.
 *
 * Memory   16 bytes a block, and as much again while it is looked at; all goes
 *          with leaktables_drop().
 * Threads  one scan at a time; other threads may allocate meanwhile.
 * Fork     nothing to do.
 */
#ifndef DIAG_ALLOC_LEAKTABLES_H
#define DIAG_ALLOC_LEAKTABLES_H

#include "common/base/attrs.h"
#include "shim/alloc/leakscan.h"
#include "shim/state/state.h"

enum {
	PAGE_SHIFT = 12,
	LEAF_SHIFT = 24,
	LEAF_PAGES = 1 << (LEAF_SHIFT - PAGE_SHIFT),
	PAGE = 1 << PAGE_SHIFT,
	BUFFER = 256 * 1024,
	LINES = 1024,		/* pages that are kept */
};

#define LEAVES (WINDOW_SIZE >> LEAF_SHIFT)
/* In a leaf's number: it is that of an earlier leaf. */
#define EARLIER 0x80000000u
#define STATE_SHIFT 62
#define STATE ((uint64_t)3 << STATE_SHIFT)

static ALWAYS_INLINE uint64_t
size_of(const struct leakscan_entry *e)
{
	return e->size & ~STATE;
}

static ALWAYS_INLINE enum leakscan_state
state_of(const struct leakscan_entry *e)
{
	return (enum leakscan_state)(e->size >> STATE_SHIFT);
}

static ALWAYS_INLINE void
set_state(struct leakscan_entry *e, enum leakscan_state state)
{
	e->size = size_of(e) | (uint64_t)state << STATE_SHIFT;
}

static ALWAYS_INLINE uint64_t
offset_of(const struct leakscan_entry *e)
{
	return e->at - WINDOW_BASE;
}

/* Fills the tables of @s, which is zero but for its deadline; false without
 * memory. */
bool leaktables_make(struct leakscan *s);
/* Gives their memory back. */
void leaktables_drop(struct leakscan *s);

#endif
