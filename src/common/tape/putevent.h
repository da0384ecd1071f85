/*
 * putevent - an event as bytes, inline, for the hook that writes millions.
 *
 * The tag is stored last, after a compiler barrier: on x86-64 stores become
 * visible in order, so whoever reads the tag reads a whole record.
 *
 * Memory   the caller's: TAPE_RECORD_MAX bytes, zeros; behind the record they
 *          stay zeros.
 * Threads  the thread's own chunk.
 * Fork     nothing to do.
 */
#ifndef DIAG_TAPE_PUTEVENT_H
#define DIAG_TAPE_PUTEVENT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/tape/tape.h"
#include "common/tape/varint.h"

IN_HOOK static ALWAYS_INLINE void
putevent_tag(uint8_t *to, uint8_t tag)
{
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint8_t *)to = tag;
}

/* An address, in units, after @last: near it as a distance, else with its low
 * bits as they are.  So an address that comes again is mostly the same bytes
 * again, which compresses; distances hardly do. */
IN_HOOK static ALWAYS_INLINE uint64_t
putevent_addr(uint64_t addr, uint64_t last)
{
	uint64_t distance = zigzag((int64_t)(addr - last));
	uint64_t far = (addr ^ (last & ~(uint64_t)TAPE_WINDOW_MASK)) << 1 | 1;

	return distance < TAPE_NEAR ? distance << 1 : far;
}

/* The number of a stack after the last one of its kind, @same, and the last
 * one at all; which of the two is nearer goes into the tag. */
IN_HOOK static ALWAYS_INLINE uint64_t
putevent_stack(uint32_t stack, uint32_t same, uint32_t last, uint8_t *tag)
{
	uint64_t from_same = zigzag((int64_t)stack - same);
	uint64_t from_last = zigzag((int64_t)stack - last);

	*tag |= from_last < from_same ? TAPE_FROM_LAST : 0;
	return MIN(from_same, from_last);
}

/* tape_put_event(). */
IN_HOOK static ALWAYS_INLINE size_t
putevent(uint8_t *to, struct tape_context *ctx,
    const struct tape_event *e)
{
	uint64_t stamp = e->stamp >> TAPE_STAMP_SHIFT;
	uint64_t addr = e->addr >> TAPE_ADDR_SHIFT;
	uint32_t *stack = &ctx->stack[e->kind == TAPE_FREE];
	uint8_t tag = e->kind;
	uint8_t *p;

	/* A thread that moves to a processor whose counter is a little behind
	 * must not go back in time. */
	if (stamp < ctx->stamp)
		stamp = ctx->stamp;
	p = varint_put(to + 1, stamp - ctx->stamp);
	ctx->stamp = stamp;

	if (addr == ctx->addr)
		tag |= TAPE_SAME_ADDR;
	else
		p = varint_put_some(p, putevent_addr(addr, ctx->addr));
	ctx->addr = addr;

	if (e->kind == TAPE_ALLOC) {
		if (e->size == ctx->size)
			tag |= TAPE_SAME_SIZE;
		else
			p = varint_put_some(p, e->size);
		ctx->size = e->size;
	}
	if (e->stack == *stack)
		tag |= TAPE_SAME_STACK;
	else
		p = varint_put_some(p, putevent_stack(e->stack, *stack,
		    ctx->last_stack, &tag));
	*stack = ctx->last_stack = e->stack;

	if (e->entry != 0) {
		tag |= TAPE_HAS_ENTRY;
		*p++ = e->entry;
	}
	putevent_tag(to, tag);
	return (size_t)(p - to);
}

#endif
