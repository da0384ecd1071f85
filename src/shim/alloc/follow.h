/*
 * follow - blocks from their allocation to their end.
 *
 * For the text and the leak summary: the block is in the table of live blocks
 * while it lives.  A tape alone needs none of this.
 *
 * Memory   live.h, tracer.h, frames.h.
 * Threads  any; a block's entry belongs to whoever holds the block.
 * Fork     the child's table goes on; blocks from before are not its own.
 */
#ifndef DIAG_ALLOC_FOLLOW_H
#define DIAG_ALLOC_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/options/options.h"
#include "shim/alloc/alloctrace.h"

/* Makes what following needs; 0 or a negative errno. */
int follow_start(void);
/* What is followed, and where events go; @tape: there, too.  It may change
 * while threads are at it. */
void follow_set(const struct options *opt, bool tape);
/* Blocks from before now are not followed. */
DETACHED void follow_begin_anew(void);

/* What a block points to will be asked at exit: the bytes of new blocks that
 * nobody has written yet are made zero, up to 8,192 of them. */
void follow_wipe(bool wipe);

/* An allocation, counted, whose end will be seen. */
IN_HOOK void follow_alloc(struct thread *t, void *p, size_t size,
    enum alloc_entry entry, const struct stack_origin *from);
/* The end of a block that may have been followed. */
IN_HOOK void follow_free(struct thread *t, void *p, enum alloc_entry entry,
    const struct stack_origin *from);

/* Takes the entry of a block that realloc is about to end; false when it is
 * not followed. */
IN_HOOK bool follow_move_begin(void *old, struct alloc_moved *m);
/* The realloc failed: the block lives on as it was. */
IN_HOOK void follow_move_failed(void *old, const struct alloc_moved *m);
IN_HOOK void follow_move(struct thread *t, void *old, void *new_, size_t size,
    enum alloc_entry entry, const struct stack_origin *from,
    const struct alloc_moved *m);

/* @p ends without an event. */
SIGNAL_SAFE void follow_lose(const void *p);

/* A forked child's birth, in ticks (blocktime.h); 0 in the first process. */
uint64_t follow_born(void);
void follow_after_fork_child(void);

#endif
