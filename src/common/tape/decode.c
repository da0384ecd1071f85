/*
 * decode - bytes as records, read by the tool, never beyond a chunk.
 */
#include "common/tape/tape.h"

#include <string.h>

#include "common/tape/varint.h"

bool
tape_header_is_good(const struct tape_header *h, size_t size, const char **why)
{
	*why = NULL;
	if (size < sizeof(*h) || memcmp(h->magic, TAPE_MAGIC, 8) != 0)
		*why = "not a tape";
	else if (h->version != TAPE_VERSION)
		*why = "a tape of another version";
	else if (h->unit != TAPE_UNIT || h->stamp_shift > 63 ||
	    h->addr_shift > 63)
		*why = "a damaged tape header";
	return *why == NULL;
}

bool
tape_chunk_is_good(const struct tape_chunk *c, size_t room)
{
	return room >= TAPE_UNIT && c->magic == TAPE_CHUNK_MAGIC &&
	    c->size >= TAPE_UNIT && c->size <= TAPE_CHUNK_MAX &&
	    c->size % TAPE_UNIT == 0 && c->size <= room;
}

void
tape_cursor_begin(struct tape_cursor *cur, const struct tape_chunk *c)
{
	*cur = (struct tape_cursor){
	    .at = (const uint8_t *)(c + 1),
	    .end = (const uint8_t *)c + c->size,
	};
	tape_context_begin(&cur->ctx, c);
}

static ALWAYS_INLINE bool
get_addr(const uint8_t **p, const uint8_t *end, uint64_t *addr)
{
	uint64_t v;

	if (!varint_get(p, end, &v))
		return false;
	*addr = (v & 1) == 0 ? *addr + (uint64_t)unzigzag(v >> 1) :
	    (*addr & ~(uint64_t)TAPE_WINDOW_MASK) ^ v >> 1;
	return true;
}

static ALWAYS_INLINE bool
get_stack(const uint8_t **p, const uint8_t *end, uint8_t tag,
    struct tape_context *ctx, uint32_t *stack)
{
	uint64_t from = tag & TAPE_FROM_LAST ? ctx->last_stack : *stack;
	uint64_t v = 0;

	if (!(tag & TAPE_SAME_STACK)) {
		if (!varint_get(p, end, &v))
			return false;
		*stack = (uint32_t)(from + (uint64_t)unzigzag(v));
	}
	ctx->last_stack = *stack;
	return true;
}

static ALWAYS_INLINE bool
get_event(struct tape_context *ctx, const uint8_t **p, const uint8_t *end,
    uint8_t tag, struct tape_event *e)
{
	uint64_t v;

	e->kind = tag & 7;
	if (!varint_get(p, end, &v))
		return false;
	ctx->stamp += v;
	if (!(tag & TAPE_SAME_ADDR) && !get_addr(p, end, &ctx->addr))
		return false;
	if (e->kind == TAPE_ALLOC && !(tag & TAPE_SAME_SIZE) &&
	    !varint_get(p, end, &ctx->size))
		return false;
	if (!get_stack(p, end, tag, ctx, &ctx->stack[e->kind == TAPE_FREE]))
		return false;
	e->entry = 0;
	if (tag & TAPE_HAS_ENTRY) {
		if (*p >= end)
			return false;
		e->entry = *(*p)++;
	}
	e->stamp = ctx->stamp << TAPE_STAMP_SHIFT;
	e->addr = ctx->addr << TAPE_ADDR_SHIFT;
	e->size = e->kind == TAPE_ALLOC ? ctx->size : 0;
	e->stack = ctx->stack[e->kind == TAPE_FREE];
	return true;
}

static bool
get_node(const uint8_t **p, const uint8_t *end, struct tape_node *n)
{
	uint64_t v[5];

	for (unsigned i = 0; i < ARRAY_LEN(v); i++)
		if (!varint_get(p, end, &v[i]))
			return false;
	n->id = (uint32_t)v[0];
	n->parent = (uint32_t)v[1];
	n->pc = v[2];
	n->flags = (uint32_t)v[3];
	n->module = (uint32_t)v[4];
	return v[0] != 0 && v[0] <= UINT32_MAX && v[1] <= UINT32_MAX;
}

static bool
get_module(const uint8_t **p, const uint8_t *end, struct tape_module *m)
{
	uint64_t v[4], len;

	for (unsigned i = 0; i < ARRAY_LEN(v); i++)
		if (!varint_get(p, end, &v[i]))
			return false;
	m->number = v[0];
	m->start = v[1];
	m->end = v[2];
	m->bias = v[3];
	if (*p >= end)
		return false;
	m->build_id_len = *(*p)++;
	if (m->build_id_len > sizeof(m->build_id) ||
	    (size_t)(end - *p) < m->build_id_len)
		return false;
	memcpy(m->build_id, *p, m->build_id_len);
	*p += m->build_id_len;
	if (!varint_get(p, end, &len) || len > (size_t)(end - *p) ||
	    len > TAPE_STRING_MAX)
		return false;
	m->path = (const char *)*p;
	m->path_len = len;
	*p += len;
	return true;
}

/* A record that is no event. */
static bool
get_other(const uint8_t **p, const uint8_t *end, uint8_t tag,
    struct tape_record *out)
{
	out->kind = tag & 7;
	if (tag == TAPE_NODE)
		return get_node(p, end, &out->node);
	return tag == TAPE_MODULE && get_module(p, end, &out->module);
}

static ALWAYS_INLINE bool
is_event(uint8_t tag)
{
	return (tag & 7) == TAPE_ALLOC || (tag & 7) == TAPE_FREE;
}

/* Goes to behind the record, which @whole says was one. */
static ALWAYS_INLINE bool
step_to(struct tape_cursor *cur, const uint8_t *p, bool whole)
{
	if (unlikely(!whole))
		cur->damaged = true;
	else
		cur->at = p;
	return whole;
}

static ALWAYS_INLINE bool
is_at_end(const struct tape_cursor *cur)
{
	return cur->at >= cur->end || *cur->at == TAPE_END;
}

bool
tape_next(struct tape_cursor *cur, struct tape_record *out)
{
	const uint8_t *p = cur->at;
	uint8_t tag;
	bool whole;

	if (is_at_end(cur))
		return false;
	tag = *p++;
	out->kind = tag & 7;
	if (is_event(tag))
		whole = get_event(&cur->ctx, &p, cur->end, tag, &out->event);
	else
		whole = get_other(&p, cur->end, tag, out);
	return step_to(cur, p, whole);
}

bool
tape_next_event(struct tape_cursor *cur, struct tape_event *e)
{
	struct tape_record other;

	while (!is_at_end(cur)) {
		const uint8_t *p = cur->at;
		uint8_t tag = *p++;
		bool is = is_event(tag), whole;

		if (likely(is))
			whole = get_event(&cur->ctx, &p, cur->end, tag, e);
		else
			whole = get_other(&p, cur->end, tag, &other);
		if (!step_to(cur, p, whole))
			return false;
		if (likely(is))
			return true;
	}
	return false;
}

/* Passes over an event, of which only the length matters. */
static ALWAYS_INLINE bool
skip_event(const uint8_t **p, const uint8_t *end, uint8_t tag)
{
	bool has_size = (tag & 7) == TAPE_ALLOC && !(tag & TAPE_SAME_SIZE);
	unsigned n = 1 + !(tag & TAPE_SAME_ADDR) + has_size +
	    !(tag & TAPE_SAME_STACK);
	uint64_t v;

	if (unlikely(!varint_skip_some(p, end, n)))
		while (n-- > 0)
			if (!varint_get(p, end, &v))
				return false;
	return !(tag & TAPE_HAS_ENTRY) || (*p)++ < end;
}

bool
tape_next_other(struct tape_cursor *cur, struct tape_record *out)
{
	while (!is_at_end(cur)) {
		const uint8_t *p = cur->at;
		uint8_t tag = *p++;
		bool is = is_event(tag), whole;

		if (likely(is))
			whole = skip_event(&p, cur->end, tag);
		else
			whole = get_other(&p, cur->end, tag, out);
		if (!step_to(cur, p, whole))
			return false;
		if (!is)
			return true;
	}
	return false;
}
