/*
 * fuzz_tape - tapes that are cut or damaged.
 *
 * sources: src/common/base src/common/tape
 */
#include "tests/fuzz/replay.h"

#include <stdlib.h>
#include <string.h>

#include "common/tape/tape.h"

/* What a reader may rely on: whoever passes over some of the records comes to
 * the same place, and finds the same. */
static void
read_parts(const struct tape_chunk *c)
{
	struct tape_cursor all, events, others;
	struct tape_record r, other;
	struct tape_event e;

	tape_cursor_begin(&all, c);
	tape_cursor_begin(&events, c);
	tape_cursor_begin(&others, c);
	while (tape_next(&all, &r)) {
		if (r.kind != TAPE_ALLOC && r.kind != TAPE_FREE) {
			if (!tape_next_other(&others, &other) ||
			    other.kind != r.kind)
				abort();
			continue;
		}
		if (!tape_next_event(&events, &e) ||
		    e.stamp != r.event.stamp || e.addr != r.event.addr ||
		    e.size != r.event.size || e.stack != r.event.stack ||
		    e.kind != r.event.kind || e.entry != r.event.entry)
			abort();
	}
	if (tape_next_event(&events, &e) || tape_next_other(&others, &other))
		abort();
	if (events.at != all.at || events.damaged != all.damaged ||
	    others.at != all.at || others.damaged != all.damaged)
		abort();
}

/* What a reader may rely on: a path lies inside the chunk. */
static void
read_chunk(const uint8_t *data, const struct tape_chunk *c)
{
	struct tape_cursor cur;
	struct tape_record r;
	volatile char last;

	tape_cursor_begin(&cur, c);
	while (tape_next(&cur, &r)) {
		if (r.kind != TAPE_MODULE || r.module.path_len == 0)
			continue;
		if ((const uint8_t *)r.module.path < data)
			abort();
		last = r.module.path[r.module.path_len - 1];
		(void)last;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *why;
	size_t at;

	if (size >= sizeof(struct tape_header))
		tape_header_is_good((const void *)data, size, &why);
	for (at = 0; at + sizeof(struct tape_chunk) <= size;) {
		const struct tape_chunk *c = (const void *)(data + at);

		if (!tape_chunk_is_good(c, size - at))
			break;
		read_chunk(data, c);
		read_parts(c);
		at += c->size;
	}
	return 0;
}

static size_t
put_records(uint8_t *at, const struct tape_chunk *c)
{
	struct tape_context ctx;
	uint8_t *from = at;

	tape_context_begin(&ctx, c);
	for (uint32_t i = 1; i <= 40; i++) {
		struct tape_node node = { i, i / 2, 0x1000 + i * 7, i == 1, 1 };
		struct tape_module m = { .number = i, .start = i << 20,
		    .end = (i << 20) + 4096, .build_id_len = 20,
		    .path = "/usr/lib/libx.so", .path_len = 16 };
		struct tape_event e = { i * 100, 0x300000000000 + i % 9 * 64,
		    i * 24, i, i % 3 ? TAPE_ALLOC : TAPE_FREE, i % 5 };

		if (i % 10 == 1)
			at += tape_put_module(at, &m);
		at += tape_put_node(at, &node);
		at += tape_put_event(at, &ctx, &e);
	}
	return (size_t)(at - from);
}

size_t
fuzz_seed(unsigned n, uint8_t *to, size_t room)
{
	struct tape_chunk c = { .magic = TAPE_CHUNK_MAGIC, .size = TAPE_UNIT,
	    .tid = 1, .thread = 1, .stamp = 1000, .name = "main" };
	struct tape_header h = { .version = TAPE_VERSION, .unit = TAPE_UNIT,
	    .stamp_shift = TAPE_STAMP_SHIFT, .addr_shift = TAPE_ADDR_SHIFT,
	    .pid = 1, .depth = 64, .sample = 1, .end = 2 * TAPE_UNIT };

	if (n > 1 || room < 2 * TAPE_UNIT)
		return 0;
	memset(to, 0, TAPE_UNIT);
	if (n == 1) {
		memcpy(h.magic, TAPE_MAGIC, sizeof(h.magic));
		memcpy(to, &h, sizeof(h));
		return TAPE_UNIT;
	}
	memcpy(to, &c, sizeof(c));
	put_records(to + sizeof(c), &c);
	return TAPE_UNIT;
}
