/*
 * sync_sem - what happens at the gate of a semaphore.
 *
 * Memory   the gate.
 * Threads  any.
 * Fork     nothing of its own.
 */
#ifndef DIAG_SCHED_SYNC_SEM_H
#define DIAG_SCHED_SYNC_SEM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/gate.h"
#include "shim/sched/thread.h"

/* The number of the gate of @sem, made when there is none; 0: no room. */
IN_HOOK uint32_t sync_sem_gate(uint64_t sem, uint64_t start);
/* A worker begins to wait at home. */
IN_HOOK void sync_sem_enter(struct thread *t, struct gate *g, uint64_t now);

/* It may be posted only for those that wait: it never had more than there are
 * workers. */
SIGNAL_SAFE bool sync_sem_may_ring(const struct gate *g);

#endif
