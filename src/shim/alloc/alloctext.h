/*
 * alloctext - a tracealloc or tracefree record as text.
 *
 *	tracealloc(0x7f3a5c000040, 0x64/0x70, malloc) @2.104512 thread 4242
 *	    "worker-3"		(one line)
 *	tracefree(0x7f3a5c000040, 0x64/0x70, free) @2.204800 thread 4243
 *	    "worker-4" age=0.100288
 *
 * then the frames (frames.h) and an empty line.  In the short form the line
 * ends in " stack 17"; "stack 17:", its frames and an empty line come once,
 * before its first use.
 *
 * Memory   the tracer's record; one byte per stack number in the short form.
 * Threads  any.
 * Fork     alloctext_after_fork_child(): stacks are told again.
 */
#ifndef DIAG_ALLOC_ALLOCTEXT_H
#define DIAG_ALLOC_ALLOCTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/alloc/alloctrace.h"
#include "shim/alloc/tracer.h"

struct alloctext {
	const void *p;
	uint64_t size, usable;
	uint64_t since_us;	/* the process's start */
	uint64_t age_us;	/* of a block that is freed */
	uint32_t stack;
	enum alloc_entry entry;
	bool is_free;
};

/* @brief: the short form.  It may change while events are written. */
void alloctext_start(bool brief);

/* Writes @n events, whose stacks are equal, in one record.  The tracer's label
 * must be up to date.  False when the sink dropped it. */
IN_HOOK bool alloctext_put(struct tracer *tr, const struct alloctext *e,
    unsigned n);

void alloctext_after_fork_child(void);

#endif
