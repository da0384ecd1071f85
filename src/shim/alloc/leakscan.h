/*
 * leakscan - which of the live blocks something still points to, at exit.
 *
 * A block is reachable when a word in a root, or in a block that is reachable,
 * holds an address in it; the others are lost.  Lost blocks that another lost
 * block points to are lost indirectly: freeing that one is what was forgotten.
 * Of blocks that point to each other in a circle one counts as direct, the
 * first by address, and holds the rest.  Roots are all writable memory
 * of the host's but its heap: globals, stacks, thread-local storage, what it
 * mapped itself.  Of the stack of the thread that ends the process only what
 * is in use counts; of the stacks that libc keeps of threads that are gone,
 * only what libc keeps there.  Nothing is stopped: while other threads run, a
 * pointer may be missed that only a register of theirs holds.
 *
 * Memory   20 bytes a live block, 16 more for one that holds others, 16 for a
 *          stretch of the heap that was never touched, and 4 MiB; given back by
 *          leakscan_drop().
 * Threads  the one that writes the last report.
 * Fork     nothing to do.
 */
#ifndef DIAG_ALLOC_LEAKSCAN_H
#define DIAG_ALLOC_LEAKSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum { LEAKSCAN_REGISTERS = 8 };
/* The host's frames of the calling thread begin at @stack, and it has these
 * @n words, LEAKSCAN_REGISTERS at most, in registers. */
void leakscan_from(uintptr_t stack, const uintptr_t *word, size_t n);

/* The host asks how much room its blocks have, and may use all of it. */
extern bool leakscan_has_rooms;
SIGNAL_SAFE static inline void
leakscan_rooms(void)
{
	if (unlikely(!__atomic_load_n(&leakscan_has_rooms, __ATOMIC_RELAXED)))
		__atomic_store_n(&leakscan_has_rooms, true, __ATOMIC_RELAXED);
}

/* In the two highest bits of a size. */
enum leakscan_state {
	LEAKSCAN_LOST,		/* nothing is known that points to it */
	LEAKSCAN_INDIRECT,	/* lost, and another lost block points to it */
	LEAKSCAN_REACHABLE,
	LEAKSCAN_DIRECT		/* lost, and no other lost block does */
};

struct leakscan_entry {
	uint64_t at;
	uint64_t size;
};

/* What is lost indirectly with a block. */
struct leakscan_held {
	uint64_t bytes, blocks;
};

/* Pages of large blocks that hold nothing: never touched, or given back. */
struct leakscan_hole {
	uint64_t start, end;
};

enum { LEAKSCAN_HOLES = 1 << 16 };

struct leakscan {
	struct leakscan_entry *entry;	/* by address */
	size_t n, cap;
	uint64_t span;		/* from the first block to the last one's end */
	uint32_t *leaf;		/* number + 1 of each leaf in use; another one
				 * has that of the last before it, marked */
	uint32_t *page;		/* of each leaf in use: first entry in it */
	size_t leaves, leaf_cap;
	uint32_t *todo;		/* entries that were reached, not yet read */
	size_t n_todo;
	struct leakscan_hole *hole;	/* by address; NULL: none is known */
	size_t holes;
	struct leakscan_held *held;	/* by entry */
	struct leakscan_entry *leader;	/* what is lost with it is looked for */
	uint8_t *buffer;
	uint8_t *lines;		/* pages that small blocks were read from */
	uint64_t *line_page;	/* which page each of them is */
	uint64_t deadline_ns;
	bool any_large;		/* some block is worth asking for its holes */
	bool tells_direct;	/* else all that is lost is LEAKSCAN_LOST */
	bool first_ended;	/* the first thread has, and others go on */
};

/* Finds what is reachable; false, with @why a few words, when that cannot be
 * told.  @beside_others: while other threads of the host's run. */
bool leakscan_take(struct leakscan *s, bool beside_others, const char **why);
void leakscan_drop(struct leakscan *s);

/* What is known of the block at @p, which @held receives what; a block that
 * was not seen is reachable. */
enum leakscan_state leakscan_state_of(const struct leakscan *s, const void *p,
    struct leakscan_held *held);

/* Is there a block at @p? */
bool leakscan_has(const struct leakscan *s, const void *p);

/* For the roots: reads [@start, @end) and follows what it finds. */
void leakscan_read(struct leakscan *s, uint64_t start, uint64_t end);

#endif
