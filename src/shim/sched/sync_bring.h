/*
 * sync_bring - a task that a thread puts into the queue of a condition's gate.
 *
 * A lock is taken for a task.  But a submitter may look and put nothing: the
 * queue is full, and what it has is refused.  Where a place signals for each
 * task, though nobody is idle and others wait already, a lock there that no
 * signal follows has brought none.  Who signals only when somebody is idle, or
 * when the queue was empty, has no such signals, and of him a refusal cannot be
 * told.
 *
 * Memory   the gate, the thread's record.
 * Threads  sync_bring() and sync_bring_settle() with the gate's mutex held; a
 *          signal may come right after.
 * Fork     nothing of its own.
 */
#ifndef DIAG_SCHED_SYNC_BRING_H
#define DIAG_SCHED_SYNC_BRING_H

#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/gate.h"
#include "shim/sched/work.h"

/* The thread has locked at @s, which may be NULL, and brings something. */
IN_HOOK void sync_bring(struct work *w, struct gate *g, struct gate_site *s,
    uint64_t now);
/* It has brought nothing yet. */
IN_HOOK void sync_bring_none(struct work *w);
/* It signals. */
IN_HOOK void sync_bring_signalled(struct work *w, struct gate *g,
    struct gate_site *s);
/* The next one has the mutex: what no signal has followed by now, where one
 * must have, was nothing. */
IN_HOOK void sync_bring_settle(struct gate *g);
/* A worker got more than was brought. */
IN_HOOK void sync_bring_unlearn(struct gate *g);

#endif
