/*
 * starving - the line that says which pool starves, and of what.
 *
 *	POOL 2005ms: libuv#1 saturated 100% for 3.0s, oldest task waits 2.4s,
 *	    workers in: resolve>getaddrinfo x4 (too few workers)  (on one line)
 *
 * Memory   static.
 * Threads  the diag thread alone.
 * Fork     nothing kept but what is in the crews.
 */
#ifndef DIAG_SCHEDTRACE_STARVING_H
#define DIAG_SCHEDTRACE_STARVING_H

#include "common/base/attrs.h"
#include "shim/schedtrace/poolline.h"
#include "shim/ticker/lines.h"

/* Judges each pool of @list and prints a line for each that starves, the
 * first few of them; @ms since the start.  May use @budget_ns of CPU time to
 * find out where workers are. */
DETACHED void starving_print(struct lines *to, uint64_t ms,
    const struct poolline_list *list, uint64_t budget_ns);

#endif
