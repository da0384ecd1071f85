/*
 * encode - records as bytes, written by the hooks.
 *
 * The tag is stored last, after a compiler barrier: on x86-64 stores become
 * visible in order, so whoever reads the tag reads a whole record.
 */
#include "common/tape/tape.h"

#include <stdatomic.h>
#include <string.h>

#include "common/tape/varint.h"

static ALWAYS_INLINE void
store_tag(uint8_t *to, uint8_t tag)
{
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint8_t *)to = tag;
}

void
tape_context_begin(struct tape_context *ctx, const struct tape_chunk *c)
{
	*ctx = (struct tape_context){
	    .stamp = c->stamp >> TAPE_STAMP_SHIFT,
	    .addr = c->addr >> TAPE_ADDR_SHIFT,
	};
}

size_t
tape_put_event(uint8_t *to, struct tape_context *ctx,
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
		p = varint_put(p, zigzag((int64_t)(addr - ctx->addr)));
	ctx->addr = addr;

	if (e->kind == TAPE_ALLOC) {
		if (e->size == ctx->size)
			tag |= TAPE_SAME_SIZE;
		else
			p = varint_put(p, e->size);
		ctx->size = e->size;
	}
	if (e->stack == *stack)
		tag |= TAPE_SAME_STACK;
	else
		p = varint_put(p, zigzag((int64_t)e->stack - *stack));
	*stack = e->stack;

	if (e->entry != 0) {
		tag |= TAPE_HAS_ENTRY;
		*p++ = e->entry;
	}
	store_tag(to, tag);
	return (size_t)(p - to);
}

size_t
tape_put_node(uint8_t *to, const struct tape_node *n)
{
	uint8_t *p = varint_put(to + 1, n->id);

	p = varint_put(p, n->parent);
	p = varint_put(p, n->pc);
	p = varint_put(p, n->flags);
	p = varint_put(p, n->module);
	store_tag(to, TAPE_NODE);
	return (size_t)(p - to);
}

size_t
tape_module_size(const struct tape_module *m)
{
	return 1 + 4 * 10 + 1 + m->build_id_len + 10 + m->path_len;
}

size_t
tape_put_module(uint8_t *to, const struct tape_module *m)
{
	uint8_t *p = varint_put(to + 1, m->number);

	p = varint_put(p, m->start);
	p = varint_put(p, m->end);
	p = varint_put(p, m->bias);
	*p++ = m->build_id_len;
	memcpy(p, m->build_id, m->build_id_len);
	p = varint_put(p + m->build_id_len, m->path_len);
	memcpy(p, m->path, m->path_len);
	store_tag(to, TAPE_MODULE);
	return (size_t)(p - to) + m->path_len;
}
