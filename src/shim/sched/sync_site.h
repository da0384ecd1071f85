/*
 * sync_site - the places from which a gate's mutex is locked, and what for.
 *
 * Memory   the gate.
 * Threads  the callers have the mutex, or will not mind an older answer.
 * Fork     nothing of its own.
 */
#ifndef DIAG_SCHED_SYNC_SITE_H
#define DIAG_SCHED_SYNC_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/sched/gate.h"
#include "shim/sched/work.h"

/* Who locks there takes a task, brings one, or does something else. */
enum role { TAKES, BRINGS, OTHER, NOT_CLEAR };

/* The site at which the thread has locked the mutex of gate @number last; NULL:
 * not there, or the gate has no room for more. */
IN_HOOK struct gate_site *sync_site_last(const struct work *w,
    uint32_t number);
/* What @s, which may be NULL, is for, when a worker locks there, or another. */
IN_HOOK enum role sync_site_role(const struct gate *g,
    const struct gate_site *s, bool worker);
/* A worker has gone from there straight to its wait. */
IN_HOOK bool sync_site_waited_after(const struct gate_site *s);
/* The thread has locked at a place of which nothing is known, and workers come
 * for tasks at another one. */
IN_HOOK bool sync_site_is_new(const struct work *w, const struct gate *g);

#endif
