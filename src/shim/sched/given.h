/*
 * given - how many bytes the threads were given, ended ones included.
 *
 * The allocator counts them for each thread in the thread's own static TLS,
 * exactly, and goes on while its destructors run.  A living thread's count is
 * read there; one that ends adds it to its record's sum, and from then on each
 * time that it is given a block.  One that is gone and has not done so leaves
 * a sum that is too small, which is known.
 *
 * Memory   the thread's record.
 * Threads  the owner adds; the diag thread reads all, TLS that can go away at
 *          any moment included: the kernel copies it.
 * Fork     the child keeps what its parent's threads were given.
 */
#ifndef DIAG_SCHED_GIVEN_H
#define DIAG_SCHED_GIVEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/thread.h"

/* Where the allocator counts, from the thread pointer on. */
void given_start(intptr_t at);

/* The calling thread ends, or was given something after its end. */
IN_HOOK void given_end(void);

/* The sum over all threads; false when it is not known, or too small. */
DETACHED bool given_sum(uint64_t *bytes);

/* Copies from the TLS of @t's owner, @at from its thread pointer on; false when
 * it has none, or the allocator is done with that thread. */
DETACHED bool given_copy(const struct thread *t, intptr_t at, void *out,
    size_t bytes);

/* The thread of @t is gone: what it was given is lost, unless it said so. */
void given_lose(struct thread *t);
/* The thread of @t is not in this process, a forked child, which has its
 * memory. */
void given_keep(struct thread *t);
/* @t gets another owner. */
void given_forget(struct thread *t);

#endif
