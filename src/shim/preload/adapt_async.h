/*
 * adapt_async - threads that are created for one task each: std::async(),
 * std::thread per request, and what C programs do like them.
 *
 * Threads are grouped by their start routine; those of libstdc++, which has
 * one for all, by the type of what they run.  When some of a group have ended
 * soon after they began, the group is a pool: a thread is a task, queued when
 * it is created, started when it begins, done when its start routine returns.
 *
 * Memory   static: 64 groups.
 * Threads  any.
 * Fork     the child keeps the groups.
 */
#ifndef DIAG_PRELOAD_ADAPT_ASYNC_H
#define DIAG_PRELOAD_ADAPT_ASYNC_H

#include <stdint.h>

#include "common/base/attrs.h"

/* The virtual table of what a std::thread runs, its type; 0 when the start
 * routine is not libstdc++'s. */
IN_HOOK uint64_t async_type(const void *start, const void *arg);
/* The calling thread creates one; the stamp of that, or 0. */
IN_HOOK uint64_t async_created(const void *start, const void *arg);
/* It did not, after all. */
IN_HOOK void async_failed(const void *start, const void *arg, uint64_t stamp);
/* The calling thread begins, and its start routine has returned. */
IN_HOOK void async_begins(const void *start, const void *arg, uint64_t stamp);
IN_HOOK void async_ends(void)
    __attribute__((used, visibility("hidden")));

#endif
