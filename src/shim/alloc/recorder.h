/*
 * recorder - every allocation and free onto the tape (DIAG=tape=PATH).
 *
 * Each thread writes into a chunk of the tape's file that is its own: no lock
 * and no system call per event.  A stack's nodes and the modules they lie in
 * are written before the first event that names them.
 *
 * Memory   per thread 128 bytes and a mapped chunk of 4 to 64 KiB; one bit per
 *          stack node and tape.
 * Threads  any; the one lock is taken once per chunk (tapefile).
 * Fork     a forked child, however it was made, stops writing at once (its
 *          copy of the switch is wiped by the kernel) and begins a tape of its
 *          own in recorder_after_fork_child().
 */
#ifndef DIAG_ALLOC_RECORDER_H
#define DIAG_ALLOC_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/options/options.h"
#include "common/tape/tape.h"

struct stack_origin;
struct thread;

/* Makes ready for recorder_start(); 0 or a negative errno. */
int recorder_prepare(const struct options *opt);
/* Begins a tape as @opt says; 0 or a negative errno. */
int recorder_start(const struct options *opt);

/* True when there is a tape. */
bool recorder_is_on(void);

/* An allocation of @size bytes at @p, or the free of @p.  @entry is enum
 * alloc_entry's number, 0 for plain malloc and free. */
IN_HOOK void recorder_alloc(struct thread *t, const void *p, size_t size,
    uint8_t entry, uint32_t stack, uint64_t stamp);
IN_HOOK void recorder_free(struct thread *t, const void *p, uint8_t entry,
    uint32_t stack, uint64_t stamp);

/* The same, now, by the stack that called as @from says. */
IN_HOOK void recorder_alloc_from(struct thread *t, const void *p, size_t size,
    uint8_t entry, const struct stack_origin *from);
IN_HOOK void recorder_free_from(struct thread *t, const void *p, uint8_t entry,
    const struct stack_origin *from);

/* The number of the stack of a free, as much of it as tapefrees= says. */
IN_HOOK uint32_t recorder_free_stack(struct thread *t,
    const struct stack_origin *from);

/* A realloc: the end of @old, which began at @stamp (0: there was no tape
 * then), and the allocation of @new_ by @stack; either may be NULL. */
IN_HOOK void recorder_move(struct thread *t, const void *old, const void *new_,
    size_t size, uint8_t entry, const struct stack_origin *from,
    uint32_t stack, uint64_t stamp);

/* Counts @n events that never came this far as lost. */
SIGNAL_SAFE void recorder_lose(uint64_t n);

/* A handler has jumped out of the recording of an event, on this thread: the
 * rest of its chunk is left as it is. */
IN_HOOK void recorder_mend(struct thread *t);

/* Says once when recording has stopped (limit, full disk); at the end and from
 * the ticker. */
void recorder_poll(void);
/* Ends the tape. */
void recorder_end(enum tape_state state);
/* The exec that ended it failed: it goes on. */
void recorder_resume(void);
void recorder_after_fork_child(void);

#endif
