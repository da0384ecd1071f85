/*
 * encode - records as bytes, written by the hooks.
 */
#include "common/tape/tape.h"

#include <string.h>

#include "common/tape/putevent.h"
#include "common/tape/varint.h"

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
	return putevent(to, ctx, e);
}

size_t
tape_put_node(uint8_t *to, const struct tape_node *n)
{
	uint8_t *p = varint_put(to + 1, n->id);

	p = varint_put(p, n->parent);
	p = varint_put(p, n->pc);
	p = varint_put(p, n->flags);
	p = varint_put(p, n->module);
	putevent_tag(to, TAPE_NODE);
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
	putevent_tag(to, TAPE_MODULE);
	return (size_t)(p - to) + m->path_len;
}
