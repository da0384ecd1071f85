/*
 * proto - protocol buffers, as far as profile.proto needs them.
 */
#include "tool/report/proto.h"

#include <stdlib.h>
#include <string.h>

#include "tool/base/alloc.h"

static void
put(struct proto *p, const void *data, size_t len)
{
	const uint8_t *at = data;

	/* Most fields are a few bytes long. */
	for (size_t i = 0; i < len; i++) {
		p->data = alloc_room(p->data, p->len, &p->cap, 1);
		p->data[p->len++] = at[i];
	}
}

static void
put_varint(struct proto *p, uint64_t v)
{
	do {
		uint8_t byte = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));

		put(p, &byte, 1);
		v >>= 7;
	} while (v != 0);
}

void
proto_number(struct proto *p, unsigned field, uint64_t value)
{
	if (value == 0)
		return;
	put_varint(p, (uint64_t)field << 3);
	put_varint(p, value);
}

void
proto_bytes(struct proto *p, unsigned field, const void *data, size_t len)
{
	put_varint(p, (uint64_t)field << 3 | 2);
	put_varint(p, len);
	put(p, data, len);
}

void
proto_message(struct proto *p, unsigned field, struct proto *inner)
{
	proto_bytes(p, field, inner->data, inner->len);
	inner->len = 0;
}

void
proto_packed(struct proto *p, unsigned field, const uint64_t *values,
    size_t n)
{
	struct proto inner = { 0 };

	for (size_t i = 0; i < n; i++)
		put_varint(&inner, values[i]);
	proto_message(p, field, &inner);
	proto_drop(&inner);
}

void
proto_drop(struct proto *p)
{
	free(p->data);
	*p = (struct proto){ 0 };
}
