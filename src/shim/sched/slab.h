/*
 * slab - where thread records live.
 *
 * Slabs double in size, so a record has an index for ever and is found from it
 * without a search.  Records that were given back wait in a list whose head
 * carries a counter against the ABA problem.
 *
 * Memory   the first slab has 256 records; only touched pages count.
 * Threads  any; no locks.
 * Fork     slab_after_fork_child() keeps one record.
 */
#ifndef DIAG_SCHED_SLAB_H
#define DIAG_SCHED_SLAB_H

#include "shim/sched/thread.h"

/* A record of kind THREAD_FREE that nobody else has, from the list; NULL when
 * the list is empty. */
IN_HOOK struct thread *slab_take(void);
/* The same, one that was never used; NULL without memory. */
IN_HOOK struct thread *slab_new(void);
/* Back to the list; its kind is THREAD_FREE. */
IN_HOOK void slab_put(struct thread *t);

SIGNAL_SAFE struct thread *slab_at(uint32_t index);
SIGNAL_SAFE uint32_t slab_limit(void);
/* How many records the slabs that exist have in all. */
SIGNAL_SAFE uint32_t slab_room(void);

/* The list is rebuilt from all records that are free. */
void slab_after_fork_child(void);

#endif
