/*
 * sync_cond - what happens at the gate of a condition and its mutex.
 *
 * Memory   the gate.
 * Threads  the callers have the mutex, except of sync_signal_gate().
 * Fork     nothing of its own.
 */
#ifndef DIAG_SCHED_SYNC_COND_H
#define DIAG_SCHED_SYNC_COND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/gate.h"
#include "shim/sched/thread.h"

/* The number of the gate of @mutex, made when there is none; 0 when its workers
 * wait for another condition than @condition. */
IN_HOOK uint32_t sync_cond_gate(uint64_t mutex, uint64_t condition,
    uint64_t start);
/* A worker begins to wait at home; has ended to, @woken and not
 * because its time was up. */
IN_HOOK void sync_cond_enter(struct thread *t, struct gate *g, uint64_t now);
IN_HOOK void sync_cond_leave(struct thread *t, struct gate *g, uint64_t now,
    bool woken);

/* A thread, with @mutex, begins to wait for @condition.  True when that is for
 * room in a queue, for what it brings: it is not there yet.  When the wait has
 * ended, sync_cond_put() puts it there, with the mutex again. */
IN_HOOK bool sync_cond_hold_back(struct thread *t, const void *mutex,
    const void *condition);
IN_HOOK void sync_cond_put(struct thread *t, const void *mutex);

#endif
